import { readlinkSync, statfsSync } from 'node:fs'
import process from 'node:process'
import { whyHidden } from '../../isolation/posture.ts'
import { type Check, has, lacks } from '../check.ts'

const proc = { ability: 'proc', field: 'attribution', neededFor: 'process' } as const
const others = { ability: 'proc_of_others', field: 'proc', neededFor: 'process' } as const
const PROC_SUPER_MAGIC = 0x9fa0

/** Everything that we know of processes comes from there: it must be real, and ours. */
export function probeProc(path: string = '/proc'): Check {
  const cure = `\`mount -t proc proc ${path}\` as root`
  const found = inspect(path)
  return found === undefined
    ? has(proc, `${path} is procfs, of our pid namespace`)
    : lacks(proc, path, [{ cause: found, cure }])
}

function inspect(path: string): string | undefined {
  try {
    const { type } = statfsSync(path)
    if (type !== PROC_SUPER_MAGIC) return `${path} is no procfs: statfs tells type 0x${type.toString(16)}`
    const self = readlinkSync(`${path}/self`)
    return self === String(process.pid)
      ? undefined
      : `${path} belongs to another pid namespace: it calls us ${self}, not ${process.pid}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** With hidepid only our own processes are to be seen. */
export function probeOthers(): Check {
  const hidden = whyHidden()
  if (hidden === undefined) return has(others, 'process 1 can be seen')
  return lacks(others, 'processes of other users are hidden', [hidden])
}
