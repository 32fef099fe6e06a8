import type { FileHandle } from 'node:fs/promises'
import { decode, type Decoded } from './decode.ts'
import { maxLineBytes } from './lines.ts'

const newline = 0x0a
const blockBytes = 8192

/** The line at a byte offset; undefined where the file has none. */
export async function lineAt(file: FileHandle, path: string, offset: number): Promise<Decoded | undefined> {
  for (let length = blockBytes; length <= maxLineBytes; length *= 4) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, offset)
    if (bytesRead === 0) return undefined
    const end = buffer.subarray(0, bytesRead).indexOf(newline)
    if (end < 0 && bytesRead === length) continue
    const bytes = buffer.subarray(0, end < 0 ? bytesRead : end)
    return decode(path, { offset, bytes, size: bytes.length + (end < 0 ? 0 : 1), complete: end >= 0 })
  }
  return undefined
}
