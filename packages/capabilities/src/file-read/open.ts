import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { ErrorCode } from '../errors/codes.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'RT_FILE_NOT_FOUND',
  ENOTDIR: 'RT_FILE_NOT_FOUND',
  EACCES: 'RT_FILE_PERMISSION',
  EPERM: 'RT_FILE_PERMISSION',
  ENXIO: 'RT_FILE_NOT_REGULAR',
  EISDIR: 'RT_FILE_NOT_REGULAR',
}

/** Opens a regular file. Never waits for a pipe's writer: O_NONBLOCK, then a look at what was opened. */
export async function openRegular(path: string): Promise<FileHandle> {
  if (path.includes('\0')) {
    throw new RuntimoError('RT_INVALID_ARGS', '/path: expected a path without NUL, got one with NUL', {
      pointer: '/path',
      expected: 'a path without NUL',
      got: 'a path with NUL',
    })
  }
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY).catch(
    (error: unknown) => {
      throw toFileError(error, path)
    },
  )
  try {
    if ((await file.stat()).isFile()) return file
  } catch (error) {
    await file.close()
    throw toFileError(error, path)
  }
  await file.close()
  throw new RuntimoError('RT_FILE_NOT_REGULAR', `${path} is not a regular file`, { path })
}

export function toFileError(error: unknown, path: string): RuntimoError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  return new RuntimoError(codes[code] ?? 'RT_FILE_IO', message, { path, errno: code }, { cause: error })
}
