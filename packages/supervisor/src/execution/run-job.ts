import { attribute } from './attribute.ts'
import { conclude } from './conclude.ts'
import { emptyBoundary } from './empty-boundary.ts'
import { endBackups } from './end-backups.ts'
import { execute } from './execute.ts'
import { guardArguments } from './guard-arguments.ts'
import { guardPressure } from './guard-pressure.ts'
import { guardZombies } from './guard-zombies.ts'
import type { Job } from './job.ts'
import { joinSession } from './join-session.ts'
import { openRun } from './open-run.ts'
import { recordEnd } from './record-end.ts'
import { recordRolledBack } from './record-rolled-back.ts'
import { recordStart, recordValidated } from './record-start.ts'
import type { JobResult } from './result.ts'
import type { Services } from './services.ts'
import { underDeadline } from './under-deadline.ts'
import { validate } from './validate.ts'

/**
 * One job, from call to record. Guards and the log reject; once the start is recorded, whatever happens
 * becomes a result.
 */
export async function runJob(job: Job, services: Services): Promise<JobResult> {
  const looking = services.captures.take(job.workingDir, services.runs.size)
  await using run = await openRun(job, services) // what will hold it is on its way; nothing of the job is in it
  const first = await looking // 1
  const before = await guardPressure(job, first, services) // 2
  guardZombies(before, services) // 3
  const args = guardArguments(job) // 4
  const started = run.start() // what holds it is taken meanwhile: nothing of the job is in it
  started.catch(() => undefined) // told under the deadline
  await recordStart(job, args, before, services) // 5

  services.runs.add(run) // from here on it is killed should the process end
  const course = await underDeadline(job, run, started, async (deadline) => {
    const cut = await validate(run, job, args, deadline) // 6
    if (cut !== undefined) return cut
    recordValidated(run, job, args, services)
    return await execute(run, deadline) // 7
  })
  const survivors = await emptyBoundary(run, services)
  const [after, attributed, ending] = await Promise.all([
    services.captures.take(job.workingDir, services.runs.size), // 8
    attribute(run), // 9
    conclude(run, course, survivors),
  ])
  recordRolledBack(job, ending, services)
  const finished = { job, args, run, before, after, course, attributed, ending }
  const [result] = await Promise.all([recordEnd(finished, services), run[Symbol.asyncDispose]()]) // 10
  await endBackups(job, services)
  return await joinSession(result, services)
}
