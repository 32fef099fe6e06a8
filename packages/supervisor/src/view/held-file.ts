import {
  accessSync,
  chmodSync,
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
import process from 'node:process'
import { hasCode } from '../linux/errno.ts'
import { makeSocket } from '../linux/make-socket.ts'

const { O_DIRECTORY, O_NOFOLLOW, O_WRONLY, O_CREAT, O_EXCL } = constants
/** Not among Node's. To hold a directory no right to read it is needed. */
const O_PATH = 0o10000000
/** Empty files that anybody may read disturb no program. Nobody writes to one by accident. */
const placeholderMode = 0o444

/** Which file: numbers of its device and itself. */
export interface Inode {
  readonly dev: number
  readonly ino: number
}

/**
 * What stands in a place: an empty file for programs that read it at all costs, a socket at which nobody listens
 * for all others. Sockets hold nothing, and git neither shows nor adds them.
 */
export type Standin = 'file' | 'socket'

/**
 * Makes something empty, following no link on the way. Impossible: the disk or its permissions do not allow it,
 * so that a job cannot either.
 */
export function makeEmpty(path: string, kind: Standin): Inode | 'exists' | 'impossible' {
  try {
    using directory = openDirectory(path)
    const failure = kind === 'socket' ? makeSocket(directory.entry, placeholderMode) : 'not tried'
    if (failure === 'EEXIST') return 'exists'
    const { dev, ino } = failure === undefined ? lstatSync(directory.entry) : makeFile(directory.entry)
    return { dev, ino }
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return 'exists'
    if (hasCode(error, 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR')) return 'impossible'
    throw error
  }
}

/** Whether `makeEmpty` would find it possible. Changes nothing. */
export function mayMakeEmpty(path: string): boolean {
  try {
    using directory = openDirectory(path)
    if (lstatSync(directory.entry, { throwIfNoEntry: false }) === undefined)
      accessSync(`/proc/self/fd/${directory.fd}`, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether something may be one of those that stand in. */
export function isStandin(stat: Stats): boolean {
  const isEmpty = stat.isSocket() || (stat.isFile() && stat.size === 0)
  return isEmpty && stat.nlink === 1 && (stat.mode & 0o7777 & ~placeholderMode) === 0
}

function makeFile(entry: string): Stats {
  const fd = openSync(entry, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, placeholderMode)
  try {
    fchmodSync(fd, placeholderMode)
    return fstatSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Removes a file only when it holds nothing, has one name and the caller knows it. */
export function removeEmpty(path: string, isKnown: (stat: Stats) => boolean): boolean {
  return remove(path, (stat) => isStandin(stat) && isKnown(stat))
}

/** Removes a file or a link, whatever it holds. */
export function removeFile(path: string): boolean {
  return remove(path, () => true)
}

function remove(path: string, isWanted: (stat: Stats) => boolean): boolean {
  try {
    using directory = openDirectory(path)
    using _ = openUp(directory.fd)
    if (!isWanted(lstatSync(directory.entry))) return false
    unlinkSync(directory.entry)
    return true
  } catch {
    return false // gone, or in a directory that is
  }
}

const allOfOwner = 0o700

/** A job may have closed a directory that is its user's, and ours. Afterwards it is as the job left it. */
function openUp(fd: number): Disposable {
  const mode = fstatSync(fd).mode & 0o7777
  if ((mode & allOfOwner) === allOfOwner || process.geteuid?.() === 0)
    return { [Symbol.dispose]: () => undefined }
  const held = `/proc/self/fd/${fd}`
  chmodSync(held, mode | allOfOwner)
  return { [Symbol.dispose]: () => chmodSync(held, mode) }
}

/** The directory of a path, held open, and the path's own name in it: a link put on the way is not followed. */
function openDirectory(path: string): Disposable & { readonly fd: number; readonly entry: string } {
  const fd = openSync(dirname(path), O_PATH | O_DIRECTORY | O_NOFOLLOW)
  const held = `/proc/self/fd/${fd}`
  if (readlinkSync(held) !== dirname(path)) {
    closeSync(fd)
    throw new Error(`${dirname(path)} is not where it was`)
  }
  return { fd, entry: `${held}/${basename(path)}`, [Symbol.dispose]: () => closeSync(fd) }
}
