import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import type { ProcessSnapshot } from '../processes/index.ts'

/** As in the original. */
export const defaultMaxZombies = 10

/**
 * Refuses work on a machine whose process table fills with the dead. Our own children and those of our running
 * jobs do not count: they are reaped in the next moment. `launchers`: the pids below which our jobs are.
 * @throws RT_ZOMBIES
 */
export function checkZombies(
  snapshot: ProcessSnapshot,
  limit: number,
  launchers: ReadonlySet<number> = new Set(),
): void {
  const dead = snapshot.processes.filter(({ state }) => state === 'Z')
  if (dead.length <= limit) return
  const parentOf = new Map(snapshot.processes.map(({ pid, ppid }) => [pid, ppid]))
  const isOurs = (pid: number): boolean => {
    let at = parentOf.get(pid)
    // Not read at one moment: pids that were used again may make a ring.
    for (let steps = 0; at !== undefined && at > 1 && steps < parentOf.size; steps++) {
      if (launchers.has(at)) return true
      at = parentOf.get(at)
    }
    return parentOf.get(pid) === process.pid
  }
  const zombies = dead.filter(({ pid }) => !isOurs(pid))
  if (zombies.length <= limit) return
  const parents = [...new Set(zombies.map(({ ppid }) => ppid))].slice(0, 10)
  throw new RuntimoError('RT_ZOMBIES', `${zombies.length} zombie processes, the limit is ${limit}`, {
    measured: zombies.length,
    limit,
    parents,
  })
}
