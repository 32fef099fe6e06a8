import { statSync } from 'node:fs'
import process from 'node:process'
import type { Level } from '@runtimo/capabilities'
import type { ResourceLimits } from '@runtimo/worker'
import { listPids, readStat } from '../processes/index.ts'
import type { LimitPlan } from './plan.ts'

/** What the user may start meanwhile outside of the job, and what is seen above the ceiling before the kernel stops it. */
const slack = 1024

/**
 * Where a ceiling on processes is only looked at, a bomb may outrun the looks and the kill, and take the machine. The
 * kernel's stop for it is RLIMIT_NPROC, which counts all processes and threads of the user: those that there are by now,
 * the ceiling, and some more. Uid 0 it does not limit.
 */
export function withProcessStop(
  rlimits: ResourceLimits,
  { limits: { processes }, held }: LimitPlan,
  level: Level,
): ResourceLimits {
  const uid = process.geteuid?.() ?? 0
  if (level === 'sandbox' || uid === 0 || processes === undefined || held.pids !== null) return rlimits
  return { ...rlimits, processes: tasksOf(uid) + processes + slack }
}

/** Processes and threads of a user. */
function tasksOf(uid: number): number {
  let tasks = 0
  for (const pid of listPids('/')) {
    const owner = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid
    if (owner === uid) tasks += readStat(pid)?.threads ?? 0
  }
  return tasks
}
