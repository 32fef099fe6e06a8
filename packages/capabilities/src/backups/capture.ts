import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open, readlink } from 'node:fs/promises'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { readAttributes } from '../files/attributes.ts'
import { changedError } from '../files/changed-error.ts'
import { toFileError } from '../paths/file-error.ts'
import { hashFile } from '../files/hash-file.ts'
import { errnoOf } from '../linux/errno.ts'
import type { Place } from '../paths/place.ts'
import type { BlobStore } from './blob-store.ts'
import type { FileState } from './state.ts'

/** 100 MiB: the most of one file that is kept for undo. */
export const maxKeptBytes = 104_857_600

/**
 * What stands at a place, with its content put into the store when one is given. A link at the end is not followed.
 * @throws RT_FILE_NOT_REGULAR for a device, a pipe or a socket, RT_FILE_TOO_LARGE, RT_FILE_CHANGED when it changed
 * while it was read, RT_FILE_PERMISSION, RT_FILE_IO, RT_BACKUP_FAILED
 */
export async function captureState(place: Place, store?: BlobStore): Promise<FileState> {
  try {
    return await capture(place, store)
  } catch (error) {
    throw toFileError(error, place.path)
  }
}

async function capture(place: Place, store: BlobStore | undefined): Promise<FileState> {
  const stat = await find(place)
  if (stat === undefined) return { kind: 'absent' }
  if (stat.isDirectory()) return { kind: 'directory', ...attributesOf(stat) }
  if (stat.isSymbolicLink()) return await captureLink(place, stat)
  if (!stat.isFile()) {
    throw new RuntimoError('RT_FILE_NOT_REGULAR', `${place.path} is not a regular file`, { path: place.path })
  }
  await using file = await openFound(place, stat)
  return await captureFile(place, file, store)
}

async function captureFile(
  { path }: Place,
  file: FileHandle,
  store: BlobStore | undefined,
): Promise<FileState> {
  const before = await file.stat({ bigint: true })
  if (before.size > maxKeptBytes) {
    const details = { path, limit: maxKeptBytes, measured: Number(before.size) }
    throw new RuntimoError('RT_FILE_TOO_LARGE', `${path} has ${before.size} bytes`, details)
  }
  const attributes = await readAttributes(file)
  const sha256 = store === undefined ? await hashFile(file) : (await store.put(file)).sha256
  const after = await file.stat({ bigint: true })
  // Any change of content or attributes sets the change time.
  if (before.size !== after.size || before.ctimeNs !== after.ctimeNs) throw changed(path)
  return { kind: 'file', sha256, size: Number(after.size), ...attributes }
}

async function captureLink(place: Place, stat: BigIntStats): Promise<FileState> {
  const bytes = await readlink(place.at, { encoding: 'buffer' })
  const after = await find(place)
  if (after?.ino !== stat.ino || after.ctimeNs !== stat.ctimeNs) throw changed(place.path)
  const target = bytes.toString()
  if (Buffer.from(target).equals(bytes)) return { kind: 'link', target }
  const message = `${place.path}: a link whose target is no UTF-8 cannot be kept`
  throw new RuntimoError('RT_BACKUP_FAILED', message, { path: place.path })
}

async function find({ at }: Place): Promise<BigIntStats | undefined> {
  try {
    return await lstat(at, { bigint: true })
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** What was found, and nothing that took its name since. Never waits for a pipe's writer. */
async function openFound({ at, path }: Place, found: BigIntStats): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY
  const file = await open(at, flags).catch((error: unknown) => {
    throw ['ELOOP', 'ENOENT', 'ENXIO'].includes(errnoOf(error)) ? changed(path) : error
  })
  const { ino, dev } = await file.stat({ bigint: true })
  if (ino === found.ino && dev === found.dev) return file
  await file.close()
  throw changed(path)
}

function attributesOf(stat: BigIntStats): {
  readonly mode: number
  readonly uid: number
  readonly gid: number
} {
  return { mode: Number(stat.mode & 0o7777n), uid: Number(stat.uid), gid: Number(stat.gid) }
}

function changed(path: string): RuntimoError {
  return changedError(path, 'the same file until it was read', 'another')
}
