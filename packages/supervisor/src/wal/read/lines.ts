import type { FileHandle } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** The bytes are valid until the next lines are asked for. */
export interface Line {
  readonly offset: number
  /** Without the newline; empty for a line that is too long to be a record. */
  readonly bytes: Buffer
  /** All that it takes in the file, with its newline. */
  readonly size: number
  /** False: the file ends before a newline does. */
  readonly complete: boolean
}

const newline = 0x0a
const chunkBytes = 65_536
const leastBytes = 4096
/** No record comes near it, and no hole that a power cut leaves: what is held of a damaged file stays bounded. */
export const maxLineBytes: number = 8_388_608
/** A file that was written to so recently may be in the middle of a write: it is looked at again. */
const settleMs = 200
const waitMs = 20

/**
 * The lines of a file from a byte offset on, chunk by chunk, up to where the file ends. While a chunk's lines are
 * worked on, the next chunk is read.
 */
export async function* readLines(file: FileHandle, start = 0): AsyncGenerator<readonly Line[], void> {
  const { size: fileSize } = await file.stat()
  let buffer = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(leastBytes, fileSize - start + 1)))
  let spare = Buffer.allocUnsafe(buffer.length)
  let offset = start // in the file, of the first byte of the buffer
  let held = 0
  let skipped = 0
  let reading = readSettled(file, buffer, held, offset)
  while (true) {
    const bytesRead = await reading
    if (bytesRead === 0) break
    const filled = buffer.subarray(0, held + bytesRead)
    const { lines, rest } = cutLines(filled, { offset, held, skipped })
    if (lines.length > 0) skipped = 0
    offset += rest
    held = filled.length - rest
    if (held === buffer.length && held >= maxLineBytes) {
      skipped += held
      offset += held
      held = 0
    }
    if (held === spare.length) spare = Buffer.allocUnsafe(held * 2)
    if (held > 0) filled.copy(spare, 0, rest)
    reading = readSettled(file, spare, held, offset + held)
    reading.catch(() => undefined) // heard of when it is awaited, if it ever is
    if (lines.length > 0) yield lines
    const worked = buffer
    buffer = spare
    spare = worked.length < buffer.length ? Buffer.allocUnsafe(buffer.length) : worked
  }
  const size = skipped + held
  const bytes = buffer.subarray(0, skipped > 0 ? 0 : held)
  if (size > 0) yield [{ offset: offset - skipped, bytes, size, complete: false }]
}

/** Complete lines within a buffer of which the first bytes held none; `rest` begins the line that goes on. */
function cutLines(
  buffer: Buffer,
  place: { readonly offset: number; readonly held: number; readonly skipped: number },
): { readonly lines: readonly Line[]; readonly rest: number } {
  const lines: Line[] = []
  let { skipped } = place
  let rest = 0
  for (let at = buffer.indexOf(newline, place.held); at >= 0; at = buffer.indexOf(newline, rest)) {
    lines.push({
      offset: place.offset + rest - skipped,
      bytes: buffer.subarray(rest, skipped > 0 ? rest : at),
      size: at + 1 - rest + skipped,
      complete: true,
    })
    skipped = 0
    rest = at + 1
  }
  return { lines, rest }
}

/** Bytes read; 0 at the end, and where a line may be in the middle of being written only once nobody writes. */
async function readSettled(
  file: FileHandle,
  buffer: Buffer,
  held: number,
  position: number,
): Promise<number> {
  for (let waited = 0; ; waited += waitMs) {
    const { bytesRead } = await file.read(buffer, held, buffer.length - held, position)
    if (bytesRead > 0 || held === 0 || (await isSettled(file, waited))) return bytesRead
    await sleep(waitMs)
  }
}

/** How long the file is when it does not end in the middle of a write. */
export async function settledSize(file: FileHandle): Promise<number> {
  for (let waited = 0; ; waited += waitMs) {
    const { size } = await file.stat()
    const last = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
    if (size === 0 || last.buffer[0] === newline || (await isSettled(file, waited))) return size
    await sleep(waitMs)
  }
}

async function isSettled(file: FileHandle, waited: number): Promise<boolean> {
  if (waited >= settleMs) return true
  const { mtimeMs } = await file.stat()
  return Date.now() - mtimeMs > settleMs
}
