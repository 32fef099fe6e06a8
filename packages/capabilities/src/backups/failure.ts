import { RuntimoError } from '../errors/runtimo-error.ts'
import { errnoOf } from '../linux/errno.ts'

/** What went wrong while something was kept for undo; an error of ours stays what it is. */
export function backupFailure(path: string, error: unknown): RuntimoError {
  if (error instanceof RuntimoError) return error
  const message = `${path}: ${error instanceof Error ? error.message : String(error)}`
  return new RuntimoError('RT_BACKUP_FAILED', message, { path, errno: errnoOf(error) }, { cause: error })
}

export function damaged(path: string, reason: string): RuntimoError {
  return new RuntimoError('RT_BACKUP_DAMAGED', `${path}: ${reason}`, { path, reason })
}
