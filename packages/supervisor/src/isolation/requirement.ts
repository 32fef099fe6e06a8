import { type Level, levels, RuntimoError } from '@runtimo/capabilities'
import type { Posture } from './posture.ts'

/**
 * The least that must be in force, field by field. `true` must be true, `network: 'none'` must be none; a number
 * is a ceiling that the kernel must hold at no more than that; `uid` is that very uid; `cgroup: true` is any group.
 */
export interface Requirement {
  readonly level?: Level | undefined
  readonly pidNamespace?: boolean | undefined
  readonly network?: 'none' | 'host' | undefined
  readonly seccomp?: boolean | undefined
  readonly landlock?: boolean | undefined
  readonly memory?: number | undefined
  readonly pids?: number | undefined
  readonly cpu?: number | undefined
  readonly uid?: number | undefined
  readonly cgroup?: boolean | undefined
}

/** A protection that is not there. */
export interface Missing {
  readonly field: string
  /** A value, a ceiling, or the path that something was wanted for. */
  readonly wanted: string | number
  readonly cause: string
  readonly cure: string
}

type Ceiling = 'memory' | 'pids' | 'cpu'
const flags = ['pidNamespace', 'seccomp', 'landlock'] as const
const ceilings: readonly Ceiling[] = ['memory', 'pids', 'cpu']
const ofSandbox = 'run at level sandbox (--level sandbox)'
const limitOptions: Readonly<Record<Ceiling, string>> = {
  memory: 'ask for a memory ceiling (limits.memoryBytes, --memory) where there is a memory control group',
  pids: 'ask for a ceiling on processes (limits.processes, --pids)',
  cpu: 'ask for a share of the processors (limits.cpuShare) where there is a cpu control group',
}

/** Each field of the requirement that a posture does not meet. */
export function findUnmet(required: Requirement, posture: Posture): Missing[] {
  const missing: Missing[] = []
  const miss = (field: string, wanted: unknown, got: unknown, cure: string): void => {
    missing.push({ field, wanted: String(wanted), cause: `it is ${String(got)} here`, cure })
  }
  const { level, network, uid, cgroup } = required
  if (level !== undefined && levels.indexOf(posture.level) < levels.indexOf(level))
    miss('level', level, posture.level, `ask for it (--level ${level})`)
  for (const flag of flags) if (required[flag] === true && !posture[flag]) miss(flag, true, false, ofSandbox)
  if (network === 'none' && posture.network !== 'none') miss('network', 'none', posture.network, ofSandbox)
  for (const ceiling of ceilings) {
    const most = required[ceiling]
    const held = posture[ceiling]
    if (most === undefined || (held !== null && held <= most)) continue
    miss(ceiling, `at most ${most}`, held ?? 'not held by the kernel', limitOptions[ceiling])
  }
  if (uid !== undefined && uid !== posture.uid)
    miss('uid', uid, posture.uid, 'start the supervisor accordingly')
  if (cgroup === true && posture.cgroup === null)
    miss('cgroup', 'a control group', 'none', 'delegate one; `runtimo doctor` says how')
  return missing
}

/** RT_POSTURE_UNAVAILABLE, naming each with its cause and its cure: the message is all that a terminal shows. */
export function refusal(missing: readonly Missing[]): RuntimoError {
  const parts = missing.map(({ field, wanted, cause, cure }) => `${field} (${wanted}): ${cause}; ${cure}`)
  return new RuntimoError('RT_POSTURE_UNAVAILABLE', parts.join(' · '), {
    missing: missing.map((part) => ({ ...part })),
  })
}
