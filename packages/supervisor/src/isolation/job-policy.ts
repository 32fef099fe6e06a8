import type { JobPolicy } from '@runtimo/worker'
import { withProcessStop } from '../limits/index.ts'
import type { BoundarySpec } from './boundary-spec.ts'

/** What a job's own process is started with. */
export interface Program {
  readonly argv: readonly [string, ...string[]]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** What is made for one job, and has a name only then. */
export interface JobNames {
  /** The value of the variable that marks its processes. */
  readonly mark: string
  /** Path of its folder for temporary files; undefined: it has a /tmp of its own. */
  readonly folder: string | undefined
  /** Paths of the view where something stands in for what must not be made. */
  readonly frozen: readonly string[]
}

/** A variable that all processes of a job have which did not clear their environment. */
export const markName = 'RUNTIMO_BOUNDARY'

/** Whether a job shares our /tmp, and so needs a folder of its own. */
export function sharesTmp({ launch, job }: BoundarySpec['plan']): boolean {
  return launch.level === 'process' && job.landlock !== undefined
}

/** What the launcher is told of a job. */
export function jobPolicy(
  { plan: { job, posture }, limits }: BoundarySpec,
  { argv, cwd, env }: Program,
  { mark, folder, frozen }: JobNames,
): JobPolicy {
  const { landlock } = job
  const scratch = folder === undefined ? {} : { TMPDIR: folder, HOME: folder }
  return {
    ...job,
    argv,
    cwd: cwd ?? job.cwd,
    limits: withProcessStop(job.limits, limits, posture.level),
    landlock:
      landlock === undefined || folder === undefined
        ? landlock
        : { ...landlock, write: [...landlock.write, folder] },
    env: { ...job.env, ...scratch, ...env, [markName]: mark },
    frozen: [...job.frozen, ...frozen],
  }
}
