import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { lstat, open, readlink } from 'node:fs/promises'
import { hasCode } from '../linux/errno.ts'
import { toLoadFailure } from './load-failure.ts'
import type { CodeEntry } from './list-code.ts'

/** What was read of a file, and by what it is known again without reading it. */
export interface FileDigest {
  readonly sha256: string
  readonly bytes: number
  readonly stamp: string
  /**
   * The file had been left alone for a while when it was read. Only then does an equal stamp mean an equal
   * file: clocks of file systems are coarse, and a second write within one tick leaves no trace.
   */
  readonly isSettled: boolean
}

const chunkBytes = 1_048_576
/** The coarsest clock of a file system in use (FAT). */
const coarsestTickMs = 2000

/**
 * Reads a file in small steps, or a link's text. Of a file larger than `maxBytes` only a little more than that.
 * Undefined when it is gone. @throws RT_LOAD_FAILED for what cannot be read
 */
export async function digestFile(
  path: string,
  kind: CodeEntry['kind'],
  maxBytes: number,
): Promise<FileDigest | undefined> {
  const startedAt = Date.now()
  const hash = createHash('sha256')
  try {
    if (kind !== 'file') {
      const stats = await lstat(path, { bigint: true })
      if (kind === 'link') hash.update(await readlink(path))
      return toDigest(hash.digest('hex'), 0, stats, startedAt)
    }
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY
    await using file = await open(path, flags)
    const stats = await file.stat({ bigint: true })
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, Number(stats.size) + 1))
    let bytes = 0
    while (bytes <= maxBytes) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null)
      if (bytesRead === 0) break
      bytes += bytesRead
      hash.update(chunk.subarray(0, bytesRead))
    }
    return toDigest(hash.digest('hex'), bytes, stats, startedAt)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw toLoadFailure(path, error)
  }
}

/** Undefined when it is gone. */
export async function stampOf(path: string): Promise<string | undefined> {
  const stats = await lstat(path, { bigint: true }).catch(() => undefined)
  return stats === undefined ? undefined : toStamp(stats)
}

function toDigest(sha256: string, bytes: number, stats: BigIntStats, startedAt: number): FileDigest {
  const isSettled = Number(stats.ctimeMs) < startedAt - coarsestTickMs
  return { sha256, bytes, stamp: toStamp(stats), isSettled }
}

/** The change time cannot be set by a user; all else can be made equal. */
function toStamp({ dev, ino, mode, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, mode, size, mtimeNs, ctimeNs].join(':')
}
