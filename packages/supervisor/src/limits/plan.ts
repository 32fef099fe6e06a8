import { type LimitKey, limitKeys, type Limits } from '@runtimo/capabilities'
import type { ResourceLimits } from '@runtimo/worker'
import { type Missing, refusal } from '../isolation/requirement.ts'
import type { LeafLimits } from '../control-groups/index.ts'
import { holderOf, type LimitHost } from './holder.ts'

/** Which ceilings are in force for one job, and by what. */
export interface LimitPlan {
  /** Those in force. */
  readonly limits: Limits
  readonly leaf: LeafLimits
  /** What the launcher sets on the job's first process, and all others inherit. */
  readonly rlimits: ResourceLimits
  /** What `LimitWatch` looks at. Of descriptors only a ceiling that was asked for. */
  readonly watched: Limits
  /** For the posture: what the kernel itself holds as a hard ceiling of the whole job. */
  readonly held: {
    readonly memory: number | null
    readonly pids: number | null
    readonly cpu: number | null
  }
}

/**
 * Without a control group RLIMIT_NPROC is the kernel's stop, one above the ceiling: nobody tells of a process that was
 * refused, so only a job that had one more has certainly asked for more.
 */
const processSlack = 1

/**
 * Decides how each ceiling is held here.
 * @throws RT_POSTURE_UNAVAILABLE naming all that were asked for and cannot be held. Defaults are then dropped.
 */
export function planLimits(asked: Limits, defaults: Limits, host: LimitHost): LimitPlan {
  const limits: Record<string, number> = {}
  const missing: Missing[] = []
  for (const key of limitKeys) {
    const wanted = asked[key] ?? defaults[key]
    if (wanted === undefined) continue
    const holder = holderOf(key, host)
    if (typeof holder === 'string') limits[key] = wanted
    else if (asked[key] !== undefined) missing.push({ field: `limits.${key}`, wanted, ...holder })
  }
  if (missing.length > 0) throw refusal(missing)
  return place(limits, asked, host)
}

function place(limits: Limits, asked: Limits, host: LimitHost): LimitPlan {
  const leaf = pick(limits, ['memoryBytes', 'processes', 'cpuShare'], (key) => holderOf(key, host) === 'leaf')
  const rlimits = rlimitsOf(limits, host)
  const { cpuShare: _share, timeoutMs: _timeout, descriptors: _descriptors, ...looked } = limits
  return {
    limits,
    leaf,
    rlimits,
    watched: { ...looked, ...pick(asked, ['descriptors']) },
    held: {
      memory: leaf.memoryBytes ?? null,
      pids: leaf.processes ?? rlimits.processes ?? null,
      cpu: leaf.cpuShare ?? null,
    },
  }
}

/** Never RLIMIT_AS or RLIMIT_DATA: Node reserves gigabytes that it does not use, and does not boot. */
function rlimitsOf(limits: Limits, host: LimitHost): ResourceLimits {
  if (host.level === 'thread') return {}
  const { processes, cpuTimeMs } = limits
  const isCounted = processes !== undefined && holderOf('processes', host) === 'rlimit'
  return {
    ...pick(limits, ['descriptors', 'fileSizeBytes']),
    ...(isCounted && { processes: processes + processSlack }),
    // Of one process, and in whole seconds: a stop for when we are gone, above the job's own ceiling.
    ...(cpuTimeMs !== undefined && { cpuSeconds: Math.ceil(cpuTimeMs / 1000) + 1 }),
  }
}

function pick<Key extends LimitKey>(
  limits: Limits,
  keys: readonly Key[],
  isWanted: (key: Key) => boolean = () => true,
): Partial<Record<Key, number>> {
  const picked: Partial<Record<Key, number>> = {}
  for (const key of keys) {
    const value = limits[key]
    if (value !== undefined && isWanted(key)) picked[key] = value
  }
  return picked
}
