import type { Lineage } from './lineage.ts'

export interface ThreadData {
  readonly connector: number
  readonly supervisor: number
}

/** The thread's first message: where to write fences. */
export interface Hello {
  readonly tid: number
}

/** To be answered when the fence of the same id, or a later one, has come by. */
export type Question =
  | LineageQuestion
  | { readonly ask: 'share'; readonly id: number; readonly memory: SharedArrayBuffer }
  | { readonly ask: 'forget'; readonly id: number; readonly root: number }

export interface LineageQuestion {
  readonly ask: 'lineage'
  readonly id: number
  readonly root: number
  readonly names: boolean
  /** Where its count is kept from then on. */
  readonly slot?: number | undefined
}

export interface Answer {
  readonly id: number
  readonly lineage: Lineage
}
