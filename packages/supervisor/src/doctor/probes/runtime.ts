import process from 'node:process'
import { type Check, has, lacks } from '../check.ts'

const node = { ability: 'node', field: 'runtime', neededFor: 'process' } as const
const processor = { ability: 'processor', field: 'runtime', neededFor: 'process' } as const
const least = [24, 11] as const

/** @param version such as 24.21.0 */
export function probeNode(version: string = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > least[0] || (major === least[0] && minor >= least[1])) return has(node, `Node ${version}`)
  const cause = `this is Node ${version}, and Runtimo is made for ${least.join('.')} or newer`
  return lacks(node, `Node ${version}`, [
    { cause, cure: 'install Node 24 LTS: https://nodejs.org/en/download' },
  ])
}

export function probeProcessor(arch: string = process.arch): Check {
  if (arch === 'x64' || arch === 'arm64') return has(processor, arch)
  const cause = `the launcher has code for x64 and arm64, this is ${arch}`
  return lacks(processor, arch, [{ cause, cure: 'use a machine with one of these' }])
}
