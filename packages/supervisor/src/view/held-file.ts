import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  type Stats,
  unlinkSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_WRONLY, O_CREAT, O_EXCL } = constants
/** Empty files that anybody may read disturb no program. Nobody writes to one by accident. */
const mode = 0o444

/** Which file: numbers of its device and itself. */
export interface Inode {
  readonly dev: number
  readonly ino: number
}

/**
 * Makes an empty file, following no link on the way. Impossible: the disk or its permissions do not allow it,
 * so that a job cannot either.
 */
export function makeEmpty(path: string): Inode | 'exists' | 'impossible' {
  try {
    using directory = openDirectory(path)
    const fd = openSync(directory.entry, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
    try {
      fchmodSync(fd, mode)
      const { dev, ino } = fstatSync(fd)
      return { dev, ino }
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EEXIST') return 'exists'
    if (['EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'].includes(code)) return 'impossible'
    throw error
  }
}

/** Removes a file only when it is empty, has one name and the caller knows it. */
export function removeEmpty(path: string, isKnown: (stat: Stats) => boolean): boolean {
  try {
    using directory = openDirectory(path)
    const stat = lstatSync(directory.entry)
    const isEmpty = stat.isFile() && stat.size === 0 && stat.nlink === 1
    if (!isEmpty || !isKnown(stat)) return false
    unlinkSync(directory.entry)
    return true
  } catch {
    return false // gone, or in a directory that is
  }
}

/** Removes a file or a link, whatever it holds. */
export function removeFile(path: string): boolean {
  try {
    using directory = openDirectory(path)
    unlinkSync(directory.entry)
    return true
  } catch {
    return false
  }
}

/** The directory of a path, held open, and the path's own name in it: a link put on the way is not followed. */
function openDirectory(path: string): Disposable & { readonly entry: string } {
  const fd = openSync(dirname(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  const held = `/proc/self/fd/${fd}`
  if (readlinkSync(held) !== dirname(path)) {
    closeSync(fd)
    throw new Error(`${dirname(path)} is not where it was`)
  }
  return { entry: `${held}/${basename(path)}`, [Symbol.dispose]: () => closeSync(fd) }
}
