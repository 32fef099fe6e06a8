import { isSameState } from '../backups/same-state.ts'
import type { Change, FileState } from '../backups/state.ts'

export interface Composed {
  /** What stood there before all of the changes. */
  readonly target: FileState
  /** Where the way back from what stands there now to the target is broken. */
  readonly gap?: { readonly expected: FileState; readonly found: FileState }
}

/**
 * Takes the changes of one path back in mind, the newest first. One that is undone already, or was never made, is passed
 * over; what counts is that the way ends at what stood there before the oldest.
 */
export function compose(changes: readonly [Change, ...Change[]], current: FileState): Composed {
  const target = changes[0].before
  let state = current
  let gap: Composed['gap']
  for (const { before, after } of changes.toReversed()) {
    if (isSameState(state, after)) state = before
    else if (!isSameState(state, before)) gap ??= { expected: after, found: state }
  }
  return gap === undefined || isSameState(state, target) ? { target } : { target, gap }
}
