import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { maxKeptBytes } from '../backups/capture.ts'
import type { FileState } from '../backups/state.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'
import type { FileAttributes } from '../files/attributes.ts'
import { changedError } from '../files/changed-error.ts'
import { errnoOf } from '../linux/errno.ts'
import type { Place } from '../paths/place.ts'
import type { Args } from './args.ts'

/** What FileWrite finds, or makes. */
export type Before = Extract<FileState, { kind: 'file' | 'absent' }>

const stickyAndPermissions = 0o1777
/** They are about the content that goes: rights of a program, or a seal of it. */
const ofContent: ReadonlySet<string> = new Set(['security.capability', 'security.ima', 'security.evm'])

/** @throws RT_FILE_CHANGED when it is not what the caller has read */
export function demandExpected(
  path: string,
  before: FileState,
  expected: string | undefined,
): asserts before is Before {
  if (before.kind !== 'file' && before.kind !== 'absent')
    throw changedError(path, 'a file', `a ${before.kind}`)
  const got = hashOf(before) ?? 'absent'
  if (expected !== undefined && expected !== got) throw changedError(path, expected, got)
}

export function hashOf(before: Before): string | null {
  return before.kind === 'file' ? before.sha256 : null
}

/** Where the content is written: behind the old one, or from the start. @throws RT_FILE_TOO_LARGE */
export function startOf(path: string, before: Before, args: Args, bytes: number): number {
  const start = args.append === true && before.kind === 'file' ? before.size : 0
  const measured = start + bytes
  if (measured <= maxKeptBytes) return start
  const details = { path, limit: maxKeptBytes, measured }
  throw new RuntimoError('RT_FILE_TOO_LARGE', `${path} would have ${measured} bytes`, details)
}

/**
 * Those of the old file, but no set-id bits and no rights of a program: as when the system writes into a file, new
 * content does not get what the old one was trusted with. A new file has what the kernel gives it.
 */
export function attributesFor(before: Before, mode: string | undefined): Partial<FileAttributes> {
  const given = mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }
  if (before.kind === 'absent') return given
  const { uid, gid } = before
  const xattrs = Object.fromEntries(Object.entries(before.xattrs).filter(([name]) => !ofContent.has(name)))
  return { mode: before.mode & stickyAndPermissions, uid, gid, xattrs, ...given }
}

/** The old content, to be read. Not through a link that came since, and never waiting for a pipe's writer. */
export async function openOld({ at, path }: Place): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY
  return await open(at, flags).catch((error: unknown) => {
    const isOther = errnoOf(error) === 'ELOOP' || errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENXIO'
    throw isOther ? changedError(path, 'what stood there at first', 'something else') : error
  })
}
