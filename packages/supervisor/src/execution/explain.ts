import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Json, RuntimoError } from '@runtimo/capabilities'
import { LaunchPlan } from '@runtimo/worker'
import type { Limits } from '../limits/index.ts'
import type { Posture } from '../isolation/posture.ts'
import { type JobNames, jobPolicy, type Program, sharesTmp } from '../isolation/job-policy.ts'
import { foreseeFrozen } from '../view/placeholders.ts'
import { describeBoundary } from './describe-boundary.ts'
import { guardArguments } from './guard-arguments.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** What would hold a job, and what would be started. Nothing is. */
export interface Explanation {
  readonly capability: string
  readonly kind: 'function' | 'command'
  readonly posture: Posture
  readonly limits: Limits
  /** What the job's own process would execute: for a function, a worker of ours. */
  readonly argv: readonly string[]
  readonly cwd: string
  /** Names only: values may be secret. */
  readonly environment: readonly string[]
  readonly mounts: readonly { readonly path: string; readonly access: 'read' | 'write' }[]
  readonly hidden: readonly string[]
  /** With what is not there: something empty stands in for it, so that the job cannot make it. */
  readonly frozen: readonly string[]
  /**
   * Every system call of the launcher, like strace output: until it waits for the job, and from there on. What has a
   * name only when it is made stands in angle brackets.
   */
  readonly tape: { readonly base: string; readonly job: string }
}

/** @throws RT_INVALID_ARGS, RT_INVALID_OPTION, RT_POSTURE_UNAVAILABLE */
export async function explain(job: Job, services: Services): Promise<Explanation> {
  const args = guardArguments(job)
  const spec = await describeBoundary(job, services)
  const { launch, posture, protection } = spec.plan
  const program: Program = spec.worker ?? (await planCommand(job, args, services))
  const { groups } = await services.isolation()
  const { joins = [], killSwitch } = groups.filesOf('<leaf>') ?? {}
  const plan = new LaunchPlan({ ...launch, joins, killSwitch })
  const names: JobNames = {
    mark: '…',
    folder: sharesTmp(spec.plan) ? join(tmpdir(), '<folder of the job>') : undefined,
    frozen: protection === undefined ? [] : foreseeFrozen(protection),
  }
  const policy = jobPolicy(spec, program, names)
  const variables = Object.keys(policy.env)
  return {
    capability: job.capability.name,
    kind: job.capability.kind,
    posture,
    limits: spec.limits.limits,
    argv: policy.argv,
    cwd: policy.cwd,
    environment: variables.toSorted(),
    mounts: launch.mounts.map(({ target, access }) => ({ path: target, access })),
    hidden: policy.masks.map(({ path }) => path),
    frozen: policy.frozen,
    tape: {
      base: plan.base.toString(),
      job: plan.job({ ...policy, env: Object.fromEntries(variables.map((name) => [name, '…'])) }).toString(),
    },
  }
}

async function planCommand(job: Job, args: Json, { threads }: Services): Promise<Program> {
  const { name } = job.capability
  const plan = await threads.plan(name, args, { jobId: job.id, dryRun: true, workingDir: job.workingDir })
  const { argv, cwd, env } = plan
  if (argv.length === 0) throw new RuntimoError('RT_INTERNAL', 'a plan without a program')
  return { argv, cwd, env }
}
