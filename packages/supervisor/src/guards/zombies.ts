import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import type { ProcessSnapshot } from '../processes/index.ts'

/** As in the original. */
export const defaultMaxZombies = 10

/**
 * Refuses work on a machine whose process table fills with the dead. Our own children do not count:
 * they are reaped in the next moment.
 * @throws RT_ZOMBIES
 */
export function checkZombies(snapshot: ProcessSnapshot, limit: number): void {
  const zombies = snapshot.processes.filter(({ state, ppid }) => state === 'Z' && ppid !== process.pid)
  if (zombies.length <= limit) return
  const parents = [...new Set(zombies.map(({ ppid }) => ppid))].slice(0, 10)
  throw new RuntimoError('RT_ZOMBIES', `${zombies.length} zombie processes, the limit is ${limit}`, {
    measured: zombies.length,
    limit,
    parents,
  })
}
