import { RuntimoError } from '@runtimo/capabilities'
import { errnoOf } from '../linux/errno.ts'

/** What `--from` names cannot be a capability; nothing of it was loaded. */
export function loadFailure(path: string, reason: string): RuntimoError {
  return new RuntimoError('RT_LOAD_FAILED', `${path}: ${reason}`, { path })
}

/** Of what the file system refused; all else stays the error that it is. */
export function toLoadFailure(path: string, error: unknown): unknown {
  const isRefusal = error instanceof Error && errnoOf(error) !== '' && !(error instanceof RuntimoError)
  return isRefusal ? loadFailure(path, error.message) : error
}
