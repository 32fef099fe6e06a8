import { setImmediate } from 'node:timers/promises'
import { signalProcess } from '../linux/pidfd.ts'
import { readStat } from '../processes/index.ts'
import { readText } from '../telemetry/read-text.ts'
import { readMembers } from './members.ts'
import type { Plan } from './plan.ts'

/** A leaf that is to be emptied. */
export interface Prey {
  readonly name: string
  readonly directories: readonly string[]
  readonly plan: Plan
}

const batch = 16

/** Members of any of its hierarchies. */
export function listMembers({ directories }: Prey): number[] {
  return [...new Set(directories.flatMap(readMembers))]
}

/** Kills with a pidfd each of these that really is a member: a pid may have been used again since it was listed. */
export function signalMembers(pids: readonly number[], leafName: string): void {
  for (const pid of pids) {
    const stat = readStat(pid)
    if (stat === undefined) continue
    const isMember = readText('/', `/proc/${pid}/cgroup`)?.includes(`/${leafName}`) === true
    // The same start time afterwards: it was this process all the time.
    if (isMember) signalProcess({ pid, startTime: stat.startTime }, 'SIGKILL')
  }
}

/** The same for many, with pauses for others. */
export async function signalManyMembers(pids: readonly number[], leafName: string): Promise<void> {
  for (let start = 0; start < pids.length; start += batch) {
    signalMembers(pids.slice(start, start + batch), leafName)
    await setImmediate()
  }
}
