import type { LimitName } from '@runtimo/capabilities'

/** A ceiling that a job went over, or ran against. */
export interface LimitBreach {
  readonly limit: LimitName
  readonly allowed: number
  /** The most that was seen in use: where the kernel refuses more, not above `allowed`. */
  readonly peak: number
  /** Who used most of it, where that can be told. */
  readonly culprit?: Culprit | undefined
  /** The kernel killed for lack of memory below the job's own ceiling: the machine, or an outer group, is full. */
  readonly isMachineFull?: boolean
}

export interface Culprit {
  readonly pid: number
  /** Chosen by the process itself: it may hold anything. */
  readonly comm: string
  /** Its part of what the whole job used, 0 to 1. */
  readonly share: number
}
