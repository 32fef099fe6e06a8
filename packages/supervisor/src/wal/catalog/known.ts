import type { ChainState } from '../read/chain.ts'

/** How far a file of the log is known: up to a byte, and which record was the last whole one before it. */
export interface KnownSegment {
  readonly first: number
  readonly bytes: number
  readonly lastOffset: number
  readonly lastHash: string
}

export interface Known {
  readonly segments: readonly KnownSegment[]
  readonly chain: ChainState
  /** There is a bad place in the log: whoever shows records must read all of it. */
  readonly isDamaged: boolean
}

/** `pruned`: what a `wal_pruned` says is the last record before the first that is left, as `SEQ:HASH`. */
export type NameKind = 'job' | 'session' | 'pruned'

/** A record to be found again by its job or session. */
export interface Addition {
  readonly kind: NameKind
  readonly name: string
  readonly segment: number
  readonly offset: number
  /** Bits: 1 the job has started, 2 it has ended. */
  readonly state: number
  readonly outcome: string | undefined
}

export interface Found {
  readonly name: string
  readonly places: readonly { readonly segment: number; readonly offset: number }[]
}

export const fresh: Known = {
  segments: [],
  chain: { next: undefined, lastSeq: undefined, missing: undefined, isOld: false },
  isDamaged: false,
}
