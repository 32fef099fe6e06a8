import { isDeepStrictEqual } from 'node:util'
import type { FileState } from './state.ts'

/** Set-user-id and set-group-id: no job of ours can give them to a file, so that they are never restored. */
export const setIdBits = 0o6000

/**
 * Whether two states are the same to Undo. Of a directory it counts that it is one: its mode and owner are nothing that
 * a removed file's conflict could be about.
 */
export function isSameState(a: FileState, b: FileState): boolean {
  if (a.kind === 'directory') return b.kind === 'directory'
  return isDeepStrictEqual(withoutSetId(a), withoutSetId(b))
}

export function withoutSetId(state: FileState): FileState {
  return state.kind === 'file' ? { ...state, mode: state.mode & ~setIdBits } : state
}
