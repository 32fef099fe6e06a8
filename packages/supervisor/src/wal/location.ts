import { constants } from 'node:fs'
import { lstat, open, type FileHandle } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { makePrivateDirectories, RuntimoError, syncDirectory } from '@runtimo/capabilities'
import { hasCode } from '../linux/errno.ts'

/** RUNTIMO_WAL_PATH, or a directory of this user's own in /tmp: the seed's place, made safe. */
export function defaultWalPath(): string {
  const given = process.env['RUNTIMO_WAL_PATH']
  return given === undefined || given === '' ? `${defaultDirectory()}/wal.jsonl` : resolve(given)
}

export function defaultDirectory(): string {
  return `/tmp/runtimo-${uid()}`
}

/**
 * Makes the log's directory when missing, with mode 0700. One that others could exchange or write into
 * is refused: they could forge the log. The default one, at a guessable name, must be ours alone.
 */
export async function prepareDirectory(path: string): Promise<void> {
  const directory = dirname(path)
  await makePrivateDirectories(directory, syncListed).catch((error: unknown) => {
    throw unwritable(path, error)
  })
  const stat = await lstat(directory)
  const isDefault = directory === defaultDirectory()
  const othersMay = isDefault ? 0o077 : (stat.mode & 0o1000) === 0 ? 0o022 : 0
  const isOwned = stat.uid === uid() || (!isDefault && stat.uid === 0)
  if (stat.isDirectory() && isOwned && (stat.mode & othersMay) === 0) return
  const expected = `a directory of ours${isDefault ? ' with mode 0700' : ' that others cannot write'}, no link`
  throw unsafe(directory, expected, describeMode(stat))
}

/** Where the directory may not be read, that is left to the system. */
async function syncListed(directory: string): Promise<void> {
  try {
    await syncDirectory(directory)
  } catch (error) {
    if (!hasCode(error, 'EACCES')) throw error
  }
}

/** Opens a file of the log for appending: ours, regular, not through a link, readable by nobody else. */
export async function openPrivate(path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
  const file = await open(path, flags | constants.O_NONBLOCK, 0o600).catch((error: unknown) => {
    throw unwritable(path, error)
  })
  const stat = await file.stat()
  if (stat.isFile() && stat.uid === uid() && (stat.mode & 0o077) === 0 && stat.nlink === 1) return file
  await file.close()
  throw unsafe(path, 'a regular file of mode 0600 that belongs to us and has one name', describeMode(stat))
}

interface Mode {
  readonly mode: number
  readonly uid: number
  readonly nlink: number
}

function describeMode(stat: Mode): string {
  return `mode ${(stat.mode & 0o7777).toString(8).padStart(4, '0')}, owner ${stat.uid}, ${stat.nlink} names`
}

function unsafe(path: string, expected: string, got: string): RuntimoError {
  return new RuntimoError('RT_WAL_UNSAFE', `${path}: expected ${expected}, got ${got}`, {
    path,
    expected,
    got,
  })
}

function unwritable(path: string, cause: unknown): RuntimoError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new RuntimoError('RT_WAL_UNWRITABLE', message, { path }, { cause })
}

function uid(): number {
  return process.geteuid?.() ?? 0
}
