import type { FileHandle } from 'node:fs/promises'
import { seekData, seekHole } from '../linux/seek.ts'
import { reflink } from './reflink.ts'
import { writeAt } from './write-at.ts'

const chunkBytes = 1_048_576

/** The content of one file into another, empty one: shared where the file system can, else copied. Holes stay holes. */
export async function copyContent(from: FileHandle, to: FileHandle): Promise<void> {
  if (reflink(from, to)) return
  const { size } = await from.stat()
  for (let start = seekData(from.fd, 0); start !== undefined && start < size;) {
    const end = Math.min(seekHole(from.fd, start), size)
    await copyRange(from, to, start, end)
    start = seekData(from.fd, end)
  }
  await to.truncate(size)
}

/** A file that somebody cuts meanwhile ends earlier: its identity tells. */
async function copyRange(from: FileHandle, to: FileHandle, start: number, end: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, end - start))
  for (let position = start; position < end;) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, end - position), position)
    if (bytesRead === 0) return
    await writeAt(to, buffer.subarray(0, bytesRead), position)
    position += bytesRead
  }
}
