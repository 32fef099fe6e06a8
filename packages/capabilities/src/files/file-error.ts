import { getSystemErrorMessage } from 'node:util'
import type { ErrorCode } from '../errors/codes.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { errnoOf } from '../linux/errno.ts'

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'RT_FILE_NOT_FOUND',
  ENOTDIR: 'RT_FILE_NOT_FOUND',
  EACCES: 'RT_FILE_PERMISSION',
  EPERM: 'RT_FILE_PERMISSION',
  EROFS: 'RT_FILE_PERMISSION',
  EISDIR: 'RT_FILE_NOT_REGULAR',
  ELOOP: 'RT_FILE_NOT_REGULAR',
  ENXIO: 'RT_FILE_NOT_REGULAR',
}

/** What the system said, of the path as the caller knows it: the error's own names a descriptor. One of ours stays as it is. */
export function toWriteError(error: unknown, path: string): RuntimoError {
  if (error instanceof RuntimoError) return error
  const errno = errnoOf(error)
  const details = { path, errno }
  return new RuntimoError(codes[errno] ?? 'RT_FILE_IO', `${path}: ${reasonOf(error)}`, details, {
    cause: error,
  })
}

/** "no space left on device (ENOSPC)" */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const number = 'errno' in error ? error.errno : undefined
  return typeof number === 'number' ? `${getSystemErrorMessage(number)} (${errnoOf(error)})` : error.message
}

/** Somebody else was there first. */
export function changedError(path: string, expected: string, got: string): RuntimoError {
  return new RuntimoError('RT_FILE_CHANGED', `${path}: expected ${expected}, got ${got}`, {
    path,
    expected,
    got,
  })
}
