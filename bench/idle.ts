import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { descendants, launchersOf } from '../test/support/processes.ts'
import { echoModule } from './commands.ts'
import { median } from './interleave.ts'
import { Place } from './place.ts'
import type { Report } from './report.ts'
import { settle } from './settle.ts'

const calls = 6

/** What those cost that wait for a job: their share of memory (PSS), of each with everything below its launcher. */
export async function run(report: Report): Promise<void> {
  if (process.getuid?.() !== 0) {
    report.print('\nIdle: only root may read the memory of what is in a sandbox: its rows are left out')
    return
  }
  await using place = new Place()
  const { supervisor, folder } = place
  writeFileSync(join(folder, 'small'), 'x')
  const known = new Set<number>()
  const afterCalls = async (capability: string, args: object, from?: string): Promise<readonly number[]> => {
    for (let i = 0; i < calls; i++) {
      const options = { workingDir: folder, ...(from === undefined ? {} : { from }) }
      await supervisor.run(capability, args, options)
    }
    await settle()
    const waiting = launchersOf(process.pid).filter((pid) => !known.has(pid))
    waiting.forEach((pid) => known.add(pid))
    return waiting
  }
  const sandboxes = await afterCalls('ShellExec', { cmd: 'true' })
  const workers = await afterCalls('Echo', {}, echoModule)
  const used = await afterCalls('FileRead', { path: 'small' })
  requireNode(sandboxes, false)
  requireNode([...workers, ...used], true)
  report.print(
    `\nIdle: PSS of those that wait, beside ${findNodes()} processes of this Node, which share its pages`,
  )
  const pssOf = (name: string, launchers: readonly number[]): number => {
    const each = launchers.map(memoryOf)
    const pss = median(each.map((memory) => memory.pss))
    report.figure(`${name}, median of ${each.length}`, pss, 'kB')
    report.figure(`${name}, what is not shared`, median(each.map((memory) => memory.own)), 'kB')
    return pss
  }
  const sandbox = pssOf('prewarmed sandboxes', sandboxes)
  const worker = pssOf('prewarmed workers for a foreign module', workers)
  const reused = pssOf(`worker that has served ${calls} jobs`, used)
  report.promises([
    { what: 'a prewarmed sandbox, PSS', measured: sandbox, limit: 100, unit: 'kB' },
    { what: 'a warm worker, PSS', measured: worker / 1000, limit: 30, unit: 'MB' },
    { what: 'a worker that has served jobs, PSS', measured: reused / 1000, limit: 30, unit: 'MB' },
  ])
}

/** None, or of another kind: what is measured would not be what it is called. */
function requireNode(launchers: readonly number[], isWanted: boolean): void {
  const isOther = (launcher: number): boolean => descendants(launcher).some(isNode) !== isWanted
  if (launchers.length === 0 || launchers.some(isOther)) throw new Error('others wait than those looked for')
}

function isNode(pid: number): boolean {
  try {
    const [theirs, ours] = [statSync(`/proc/${pid}/exe`), statSync('/proc/self/exe')]
    return theirs.dev === ours.dev && theirs.ino === ours.ino
  } catch {
    return false // it has ended, or is the kernel's, or somebody else's
  }
}

function findNodes(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name) && isNode(Number(name))).length
}

/** Kilobytes of a process and all below it; in `pss` pages that are shared count by the number of their users. */
function memoryOf(pid: number): { readonly pss: number; readonly own: number } {
  const rollups = [pid, ...descendants(pid)].map((one) => readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))
  const sum = (field: RegExp): number =>
    rollups.reduce((total, rollup) => total + Number(field.exec(rollup)?.[1]) * 1.024, 0)
  return {
    pss: sum(/^Pss:\s+(\d+)/mu),
    own: sum(/^Private_Clean:\s+(\d+)/mu) + sum(/^Private_Dirty:\s+(\d+)/mu),
  }
}
