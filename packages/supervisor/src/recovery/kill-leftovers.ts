import type { ProcessIdentity } from '../processes/index.ts'
import { empty } from '../termination/empty.ts'
import { sweep } from '../termination/sweep.ts'
import { hasOurPids } from './owner.ts'
import type { Interruption } from './plan.ts'

/** Who was killed, and who could not be. */
export interface Killed {
  readonly killed: readonly number[]
  readonly survivors: readonly number[]
}

/**
 * Kills what is left of a job whose supervisor died. Its control group, where it had one, is emptied with those of all
 * dead owners; here are those who are known by pid and start time, by session, or by the mark in their environment,
 * as long as pids mean what they did.
 */
export async function killLeftovers({ owner, boundary }: Interruption): Promise<Killed> {
  if (boundary === undefined || owner === undefined || !hasOurPids(owner))
    return { killed: [], survivors: [] }
  const met = new Map<number, ProcessIdentity>()
  const survivors = await empty({
    root: boundary.root,
    isExact: () => true,
    living: (seize) => {
      const found = sweep(boundary, [...met.values()])
      for (const process of found) {
        met.set(process.pid, process)
        seize?.(process)
      }
      return found
    },
  })
  const left = survivors.map(({ pid }) => pid)
  return { killed: [...met.keys()].filter((pid) => !left.includes(pid)), survivors: left }
}
