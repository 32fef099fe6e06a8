import type { StoreFile } from '../store/store.ts'

const newline = 0x0a
const chunkBytes = 262_144
/** No record is longer: what is held of a file that is no log stays bounded. */
const maxLineBytes = 67_108_864

/** A line of a segment, without its newline; one that has none is the last. */
export interface Line {
  readonly bytes: Buffer
  readonly offset: number
  readonly isComplete: boolean
}

/** The lines from an offset on, which must be where one begins. */
export async function* linesOf(file: StoreFile, from: number = 0): AsyncGenerator<Line, void> {
  let held: Buffer = Buffer.alloc(0)
  let offset = from
  while (held.length <= maxLineBytes) {
    const chunk = await file.read(offset + held.length, chunkBytes)
    if (chunk.length === 0) break
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    let start = 0
    for (let end = bytes.indexOf(newline, held.length); end >= 0; end = bytes.indexOf(newline, start)) {
      yield { bytes: bytes.subarray(start, end), offset: offset + start, isComplete: true }
      start = end + 1
    }
    held = bytes.subarray(start)
    offset += start
  }
  if (held.length > 0) yield { bytes: held, offset, isComplete: false }
}
