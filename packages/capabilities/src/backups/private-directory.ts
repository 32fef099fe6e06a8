import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import process from 'node:process'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { errnoOf } from '../linux/errno.ts'

/**
 * A directory that is ours alone, open; made with mode 0700 when it is missing, durably. Never through a link.
 * @throws RT_BACKUP_FAILED when it belongs to somebody else, or others may look into it; errors of the system
 */
export async function openPrivateDirectory(path: string): Promise<FileHandle> {
  await makePrivateDirectories(path)
  return await openChecked(path)
}

/** The same, or undefined when there is none. */
export async function findPrivateDirectory(path: string): Promise<FileHandle | undefined> {
  try {
    return await openChecked(path)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function openChecked(path: string): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
  const directory = await open(path, flags).catch((error: unknown) => {
    // A link is not followed, and then it is no directory.
    if (errnoOf(error) === 'ENOTDIR' || errnoOf(error) === 'ELOOP') throw unsafe(path, 'a link or a file')
    throw error
  })
  const { mode, uid } = await directory.stat()
  if (uid === process.geteuid?.() && (mode & 0o077) === 0) return directory
  await directory.close()
  throw unsafe(path, `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}, owner ${uid}`)
}

/**
 * Makes a directory, and those above it that are missing, with mode 0700; each name is durable by `sync` of the directory
 * that it is in. Of one that is there nothing is looked at. @throws errors of the system
 */
export async function makePrivateDirectories(
  path: string,
  sync: (directory: string) => Promise<void> = syncDirectory,
): Promise<void> {
  // Node's own recursive mkdir never returns below /proc, where a parent can be made and is still missing.
  const made = await mkdir(path, { mode: 0o700 }).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) === 'EEXIST') return undefined
      if (errnoOf(error) !== 'ENOENT' || path === dirname(path)) throw error
      return false
    },
  )
  if (made === undefined) return
  if (!made) {
    await makePrivateDirectories(dirname(path), sync)
    await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
      if (errnoOf(error) !== 'EEXIST') throw error
    })
  }
  await sync(dirname(path))
}

/** Names in a directory survive a power cut only after this. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  await directory.sync()
}

function unsafe(path: string, got: string): RuntimoError {
  const expected = 'a directory of ours with mode 0700, no link'
  return new RuntimoError('RT_BACKUP_FAILED', `${path}: expected ${expected}, got ${got}`, {
    path,
    expected,
    got,
  })
}
