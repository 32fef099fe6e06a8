import { RuntimoError } from '@runtimo/capabilities'

/** What `--from` names cannot be a capability; nothing of it was loaded. */
export function loadFailure(path: string, reason: string): RuntimoError {
  return new RuntimoError('RT_LOAD_FAILED', `${path}: ${reason}`, { path })
}

/** `ENOENT` and the like; empty for what is no system error. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
