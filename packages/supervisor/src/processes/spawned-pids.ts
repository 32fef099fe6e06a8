import type { ProcessSnapshot } from './snapshot.ts'

/**
 * The pids of processes in `after` that were not in `before`. A pid that was used again, by a process with another
 * start time, is new. Others' processes are among them, and those that came and went between the two are not.
 */
export function identifySpawnedPids(before: ProcessSnapshot, after: ProcessSnapshot): number[] {
  const startTimes = new Map(before.processes.map(({ pid, startTime }) => [pid, startTime]))
  return after.processes
    .filter(({ pid, startTime }) => startTimes.get(pid) !== startTime)
    .map(({ pid }) => pid)
}
