import { type Level, levels, type Limits } from '@runtimo/capabilities'
import type { Requirement } from '../isolation/requirement.ts'

/** What the host grants to jobs, and the least that must hold them. */
export interface PolicyOptions {
  /** Level of foreign code and of commands; `sandbox` unless told. */
  readonly level?: Level | undefined
  /** What to do where that level cannot be had: nothing, unless told that `process` will do. */
  readonly fallback?: 'refuse' | 'process' | undefined
  /** Directories that jobs may read, beside their working directory; relative ones are taken from that. */
  readonly read?: readonly string[] | undefined
  /** Directories that they may write; the working directory unless told. */
  readonly write?: readonly string[] | undefined
  /** Names of our environment variables that they may see, beside the usual ones. */
  readonly env?: readonly string[] | undefined
  /** Ceilings of every job. */
  readonly limits?: Limits | undefined
  readonly require?: Requirement | undefined
  /**
   * Started by root, how a job that is not root has the workspace, and whose its new files are. `mapped` (unless
   * told): root's, by an id-mapped mount. `handed_over`, for file systems without id mapping: the workspace is the
   * job's user's while it runs and given back after; one job at a time. `caller`: the job runs as root, at level
   * `process` only.
   */
  readonly user?: 'mapped' | 'handed_over' | 'caller' | undefined
}

const paths = { $ref: '#/$defs/paths' }

/** Members that a job may narrow or widen for itself: the caller is the host. What they refer to is in schemas.ts. */
export const grantSchemas: Readonly<Record<'read' | 'write' | 'limits' | 'require', object>> = {
  read: paths,
  write: paths,
  limits: { $ref: '#/$defs/limits' },
  require: { $ref: '#/$defs/requirement' },
}

export const policySchema: object = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...grantSchemas,
    level: { enum: [...levels] },
    fallback: { enum: ['refuse', 'process'] },
    env: { type: 'array', maxItems: 256, items: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' } },
    user: { enum: ['mapped', 'handed_over', 'caller'] },
  },
}
