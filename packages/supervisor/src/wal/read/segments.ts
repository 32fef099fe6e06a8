import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { hasCode } from '../../linux/errno.ts'
import { type EndedSegment, listEnded } from '../segments.ts'
import { seqIn } from '../line.ts'

/** The files of a log at one moment, the oldest first. */
export interface Segments extends AsyncDisposable {
  readonly ended: readonly EndedSegment[]
  /** The file that is written to; undefined between two of them, and where there is no log. */
  readonly active: { readonly path: string; readonly file: FileHandle } | undefined
}

/**
 * The active file is opened before the others are listed: whatever is rotated meanwhile, no segment is
 * missed and none is there twice. @throws the system error, ENOENT where there is no log
 */
export async function openSegments(path: string): Promise<Segments> {
  const file = await openToRead(path)
  try {
    const ended = await listEnded(path)
    if (file === undefined && ended.length === 0) {
      await stat(path)
      return await openSegments(path)
    }
    const renamed = file === undefined ? undefined : await findSame(file, ended)
    return {
      ended: ended.filter((segment) => renamed === undefined || segment.firstSeq < renamed.firstSeq),
      active: file === undefined ? undefined : { path: renamed?.path ?? path, file },
      [Symbol.asyncDispose]: async () => await file?.close(),
    }
  } catch (error) {
    await file?.close()
    throw error
  }
}

/** Undefined where it is not there. A pipe in its place is not waited for. */
export async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

async function findSame(file: FileHandle, ended: readonly EndedSegment[]): Promise<EndedSegment | undefined> {
  const { ino, dev } = await file.stat()
  for (const segment of ended.toReversed()) {
    const other = await stat(segment.path).catch(() => undefined)
    if (other?.ino === ino && other.dev === dev) return segment
  }
  return undefined
}

/** The seq with which a file of ours begins: a guess from its first bytes, to know where to look. */
export async function peekSeq(file: FileHandle): Promise<number | undefined> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(64), 0, 64, 0)
  return seqIn(buffer.subarray(0, bytesRead))
}
