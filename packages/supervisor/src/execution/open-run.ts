import type { Context } from '@runtimo/capabilities'
import type { Boundary } from '../isolation/boundary.ts'
import { CommandRun } from '../isolation/command-run.ts'
import { Custody } from '../isolation/custody.ts'
import { FunctionRun } from '../isolation/function-run.ts'
import type { JobRun } from '../isolation/job-run.ts'
import type { BoundarySpec } from '../isolation/boundary-spec.ts'
import { defaultQueueTimeoutMs } from '../options/run-options.ts'
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
      messages: () => boundary.worker?.channel.received ?? 0,
      writable: spec.plan.writable,
    })
  const isReused = spec.worker?.isReused === true
  const isNeeded = kind === 'function' || !context.dryRun // a function is asked what it would do
  const boundary = isNeeded ? takeBoundary(job, spec, services) : undefined
  boundary?.catch(() => undefined) // told when it is waited for
  const onDone = (used?: Boundary, isKept?: boolean): void => {
    if (!isReused) services.boundaries.refill(spec)
    else if (used !== undefined && isKept === true) services.workers.give(spec, used)
    else if (used !== undefined) services.workers.retire(used)
  }
  const shared = { context, boundary, take, onDone }
  if (kind === 'command') return new CommandRun({ ...shared, name, threads: services.threads })
  return new FunctionRun({
    ...shared,
    source,
    checkManifest: (manifest) => services.manifests.check(manifest, { name, level }),
  })
}

function takeBoundary({ options }: Job, spec: BoundarySpec, services: Services): Promise<Boundary> {
  const { boundaries, workers } = services
  if (spec.worker?.isReused !== true) return boundaries.take(spec)
  return workers.take(spec, options.queueTimeoutMs ?? defaultQueueTimeoutMs, options.signal)
}
