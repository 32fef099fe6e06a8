import type { FileHandle } from 'node:fs/promises'
import { stat } from 'node:fs/promises'
import { openSegments, openToRead, peekSeq } from '../read/segments.ts'

/** A file of the log, known by the seq that it begins with, under whatever name. */
export interface LogFile {
  readonly first: number
  readonly path: string
  readonly size: number
  /** Undefined: it was pruned meanwhile. */
  open(): Promise<OpenedFile | undefined>
}

export interface OpenedFile extends AsyncDisposable {
  readonly file: FileHandle
}

export interface LogFiles extends AsyncDisposable {
  /** The oldest first. */
  readonly list: readonly LogFile[]
}

/** The files of a log that an index can cover: not an active one that is empty, or begins with no record of ours. */
export async function openFiles(logPath: string): Promise<LogFiles> {
  const segments = await openSegments(logPath)
  try {
    const ended = await Promise.all(
      segments.ended.map(async ({ path, firstSeq }) => {
        const size = await stat(path).then(
          (found) => found.size,
          () => 0,
        )
        return { first: firstSeq, path, size, open: () => openOwn(path) }
      }),
    )
    const { active } = segments
    const first = active === undefined ? undefined : await peekSeq(active.file)
    const list: LogFile[] = [...ended]
    if (active !== undefined && first !== undefined) {
      const { size } = await active.file.stat()
      const shared = { file: active.file, [Symbol.asyncDispose]: () => Promise.resolve() }
      list.push({ first, path: active.path, size, open: () => Promise.resolve(shared) })
    }
    return { list, [Symbol.asyncDispose]: () => segments[Symbol.asyncDispose]() }
  } catch (error) {
    await segments[Symbol.asyncDispose]()
    throw error
  }
}

async function openOwn(path: string): Promise<OpenedFile | undefined> {
  const file = await openToRead(path)
  return file === undefined ? undefined : { file, [Symbol.asyncDispose]: () => file.close() }
}
