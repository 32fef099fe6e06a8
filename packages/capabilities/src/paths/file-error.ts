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
  ENXIO: 'RT_FILE_NOT_REGULAR',
  EISDIR: 'RT_FILE_NOT_REGULAR',
  ENAMETOOLONG: 'RT_FILE_NAME',
}

/**
 * What the system answered about a path, as one of our errors, of the path as the caller knows it: the system's own names
 * a descriptor. One of ours stays as it is.
 */
export function toFileError(error: unknown, path: string): RuntimoError {
  if (error instanceof RuntimoError) return error
  const errno = errnoOf(error)
  const message = `${path}: ${reasonOf(error)}`
  return new RuntimoError(codes[errno] ?? 'RT_FILE_IO', message, { path, errno }, { cause: error })
}

/** "no space left on device (ENOSPC)" */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const number = 'errno' in error ? error.errno : undefined
  return typeof number === 'number' ? `${getSystemErrorMessage(number)} (${errnoOf(error)})` : error.message
}
