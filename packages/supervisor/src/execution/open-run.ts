import type { Context } from '@runtimo/capabilities'
import type { Boundary } from '../isolation/boundary.ts'
import { CommandRun } from '../isolation/command-run.ts'
import { Custody } from '../isolation/custody.ts'
import { FunctionRun } from '../isolation/function-run.ts'
import type { JobRun } from '../isolation/job-run.ts'
import { describeBoundary } from './describe-boundary.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** What will hold the job is put on its way. Nothing of the job is in it before its start is recorded. */
export async function openRun(job: Job, services: Services): Promise<JobRun> {
  const { name, kind, source } = job.capability
  const context: Context = { jobId: job.id, dryRun: job.options.dryRun ?? false, workingDir: job.workingDir }
  const { spec, limits, level } = await describeBoundary(job, services)
  const events = await services.forkEvents()
  const take = (boundary: Boundary): Custody =>
    new Custody(boundary, {
      events,
      isTree: services.isTree,
      limits,
      posture: { ...spec.plan.posture, cgroup: boundary.leaf?.path ?? null },
      onOutput: job.options.onOutput ?? (() => undefined),
      messages: () => boundary.channel?.received ?? 0,
      writable: spec.plan.writable,
      isWorker: spec.worker !== undefined,
    })
  const isNeeded = kind === 'function' || !context.dryRun // a function is asked what it would do
  const boundary = isNeeded ? services.boundaries.take(spec) : undefined
  boundary?.catch(() => undefined) // told when it is waited for
  if (kind === 'command') return new CommandRun({ name, context, threads: services.threads, boundary, take })
  return new FunctionRun({
    source,
    context,
    boundary,
    take,
    checkManifest: (manifest) => services.manifests.check(manifest, { name, level }),
  })
}
