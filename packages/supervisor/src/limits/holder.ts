import type { LimitKey } from '@runtimo/capabilities'
import type { Abilities, Missing } from '../control-groups/index.ts'

/** What decides how a ceiling can be held here. */
export interface LimitHost {
  readonly level: 'thread' | 'process' | 'sandbox'
  /** What the job's control group can limit. Undefined: the job has none. */
  readonly groups: GroupAbilities | undefined
  /** Why a control group, or one of its parts, cannot be had. */
  readonly missing: readonly Missing[]
  /**
   * Whether the job's uid, or its user namespace, has no processes but the job's. Only then does RLIMIT_NPROC
   * count the job alone. False for uid 0, whom it does not limit.
   */
  readonly isOwnUser: boolean
  /** Whether the kernel counts what each process writes (/proc/PID/io); true unless told. */
  readonly hasProcessIo?: boolean | undefined
}

type GroupAbilities = Pick<Abilities, 'memory' | 'pids' | 'cpu'>

/**
 * Leaf and rlimit: the kernel. Sampling: we look again and again. Counter: all of it passes through us.
 * Deadline: a timer.
 */
type Holder = 'leaf' | 'rlimit' | 'sampling' | 'counter' | 'deadline'

/** Why a ceiling cannot be held here, and what would change that. */
export interface Obstacle {
  readonly cause: string
  readonly cure: string
}

export function holderOf(key: LimitKey, host: LimitHost): Holder | Obstacle {
  const { groups, level } = host
  switch (key) {
    case 'memoryBytes':
      return groups?.memory === true ? 'leaf' : 'sampling'
    case 'processes':
      if (groups?.pids === true) return 'leaf'
      return host.isOwnUser && level !== 'thread' ? 'rlimit' : 'sampling'
    case 'cpuShare':
      return groups?.cpu === true ? 'leaf' : obstacle(host, 'cpu')
    case 'descriptors':
    case 'fileSizeBytes':
      return level === 'thread' ? threadObstacle : 'rlimit'
    case 'writtenBytes':
      return host.hasProcessIo === false ? ioObstacle : 'sampling'
    case 'cpuTimeMs':
    case 'writtenFiles':
      return 'sampling'
    case 'outputBytes':
    case 'messages':
      return 'counter'
    case 'timeoutMs':
      return 'deadline'
    default:
      return key satisfies never
  }
}

const threadObstacle: Obstacle = {
  cause: 'a job of level thread runs in a process whose own limits are not those of the job',
  cure: 'run it at level process or sandbox',
}

const ioObstacle: Obstacle = {
  cause: 'this kernel does not count what a process writes (/proc/PID/io is missing)',
  cure: 'use a kernel with CONFIG_TASK_IO_ACCOUNTING',
}

function obstacle({ missing }: LimitHost, ability: keyof GroupAbilities): Obstacle {
  const known = missing.find((part) => part.ability === ability) ?? missing[0]
  return known === undefined
    ? {
        cause: `no control group with the controller ${ability} can be made here`,
        cure: 'see runtimo doctor, or delegate a control group to this user',
      }
    : { cause: known.cause, cure: known.cure }
}
