import type { FileHandle } from 'node:fs/promises'
import { decode, type Decoded } from './decode.ts'
import { readLines } from './lines.ts'
import { openSegments, openToRead, peekSeq, type Segments } from './segments.ts'

export interface ScanOptions {
  /** Segments that end before this seq are left out. */
  readonly from?: number | undefined
}

/** Lines of one segment that follow one another; `begins` says that what was before them was pruned meanwhile. */
export interface Batch {
  readonly lines: readonly Decoded[]
  readonly begins: boolean
  /** It is the one that is written to. */
  readonly isActive: boolean
}

/**
 * All lines of a log, the oldest first, in batches of 64 kB: whoever reads millions of them waits
 * once for each batch. @throws the system error, ENOENT where there is no log
 */
export async function* scan(path: string, { from = 0 }: ScanOptions = {}): AsyncGenerator<Batch, void> {
  await using segments = await openSegments(path)
  const first = await firstNeeded(segments, from)
  const { active } = segments
  let begins = false
  for (const [index, segment] of segments.ended.entries()) {
    if (index < first) continue
    await using file = await openToRead(segment.path)
    // Listed a moment ago and gone now: pruned, and so were those before it.
    if (file === undefined) begins = true
    else {
      yield* batches(file, segment.path, { begins, isActive: false })
      begins = false
    }
  }
  if (active !== undefined) yield* batches(active.file, active.path, { begins, isActive: true })
}

async function* batches(
  file: FileHandle,
  path: string,
  { begins, isActive }: Omit<Batch, 'lines'>,
): AsyncGenerator<Batch, void> {
  let isFirst = true
  for await (const lines of readLines(file)) {
    yield { lines: lines.map((line) => decode(path, line)), begins: begins && isFirst, isActive }
    isFirst = false
  }
}

/** Index of the segment in which `from` must be, if it is anywhere; names and first bytes only say where to look. */
async function firstNeeded({ ended, active }: Segments, from: number): Promise<number> {
  const activeSeq = active === undefined ? undefined : await peekSeq(active.file)
  if (activeSeq !== undefined && activeSeq <= from) return ended.length
  const index = ended.findLastIndex(({ firstSeq }) => firstSeq <= from)
  return Math.max(index, 0)
}
