import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isOver as hasEnded, readChildren, readStat } from '../../packages/supervisor/src/processes/index.ts'

export { readChildren }

/** Its children, theirs, and so on. */
export function descendants(pid: number): number[] {
  const below = readChildren(pid)
  return [below, ...below.map(descendants)].flat()
}

/** Whether it is gone, or nothing of it runs any more. */
export function isOver(pid: number): boolean {
  const stat = readStat(pid)
  return stat === undefined || hasEnded(stat)
}

/** The launchers that are its children. */
export function launchersOf(pid: number): number[] {
  return readChildren(pid).filter((child) => commandLine(child).startsWith('runtimo-launcher'))
}

/** Living processes whose command line begins with the text, or matches; zombies have none. */
export function findProcesses(wanted: string | RegExp): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((pid) => {
      const line = commandLine(pid)
      return typeof wanted === 'string' ? line.startsWith(wanted) : wanted.test(line)
    })
}

/** Waits for a condition that something else brings about; throws when it does not come. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await holds()) return
    await sleep(20)
  }
  throw new Error(`waited in vain for: ${what}`)
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
