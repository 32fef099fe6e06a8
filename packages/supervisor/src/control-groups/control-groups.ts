import type { Leaf, LeafFiles } from './leaf.ts'
import type { Missing } from './missing.ts'

/** `hybrid`: controllers of version 1, and the tree of version 2 beside them for killing. */
export type Kind = 'unified' | 'hybrid' | 'v1' | 'none'

export type Ability = 'memory' | 'pids' | 'cpu' | 'kill' | 'io'

/** What a leaf can do here: hold three ceilings, kill all of its members so that no fork escapes, count bytes. */
export type Abilities = Readonly<Record<Ability, boolean>>

/**
 * The control groups that this process may make groups in. Disposing ends its thread; leaves are disposed of
 * before.
 */
export interface ControlGroups extends AsyncDisposable {
  readonly kind: Kind
  readonly abilities: Abilities
  /** Why something is not there. */
  readonly missing: readonly Missing[]
  /** Makes a leaf in every hierarchy; undefined exactly when kind is 'none'. @throws RT_POSTURE_UNAVAILABLE */
  create(): Promise<Leaf | undefined>
  /** The files of a leaf of that name, which is not made; undefined exactly when kind is 'none'. */
  filesOf(name: string): LeafFiles | undefined
  /** Kills and removes the leaves of owners that are dead, and says how many. */
  removeStale(): Promise<number>
}
