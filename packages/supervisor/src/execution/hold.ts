import { type Manifest, RuntimoError } from '@runtimo/capabilities'
import type { Boundary } from '../isolation/boundary.ts'
import { type BoundarySpec, keyOf } from '../isolation/boundary-spec.ts'
import { Custody } from '../isolation/custody.ts'
import type { Hold } from '../isolation/hold.ts'
import { defaultQueueTimeoutMs } from '../options/run-options.ts'
import { describeBoundary } from './describe-boundary.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** With a name for all that it is made of. */
export interface NamedHold extends Hold {
  readonly key: string
}

/** Puts on its way what is to hold a job. @throws RT_POSTURE_UNAVAILABLE */
export async function hold(
  spec: BoundarySpec,
  job: Job,
  services: Services,
  manifest?: Manifest,
): Promise<NamedHold> {
  const events = await services.forkEvents()
  const boundary = take(spec, job, services).catch((error: unknown) =>
    fallBack(error, job, services, manifest),
  )
  boundary.catch(() => undefined) // told when it is waited for
  return {
    key: keyOf(spec),
    boundary,
    take: (held) =>
      new Custody(held, {
        events,
        isTree: services.isTree,
        onOutput: job.options.onOutput ?? (() => undefined),
      }),
    done: (used, isKept) => done(spec, used, isKept, services),
  }
}

function take(spec: BoundarySpec, { options }: Job, { boundaries, workers }: Services): Promise<Boundary> {
  if (spec.worker?.isReused !== true) return boundaries.take(spec)
  return workers.take(spec, options.queueTimeoutMs ?? defaultQueueTimeoutMs, options.signal)
}

/** Where a sandbox cannot be had, and the policy says that `process` will do; never by our own choice. */
async function fallBack(
  error: unknown,
  job: Job,
  services: Services,
  manifest: Manifest | undefined,
): Promise<Boundary> {
  const isPosture = error instanceof RuntimoError && error.code === 'RT_POSTURE_UNAVAILABLE'
  if (!isPosture || services.policy.fallback !== 'process' || job.options.level !== undefined) throw error
  return await take(await describeBoundary(job, services, manifest, 'process'), job, services)
}

function done(
  spec: BoundarySpec,
  used: Boundary | undefined,
  isKept: boolean,
  { boundaries, workers }: Services,
): void {
  // What belongs to a job's user must not do so before there is a job.
  const isIdleSafe = spec.plan.handedOver.length === 0
  if (spec.worker?.isReused !== true) {
    if (isIdleSafe) boundaries.refill(spec)
    return
  }
  if (used !== undefined && isKept) workers.give(spec, used)
  else if (used !== undefined) workers.retire(used)
}
