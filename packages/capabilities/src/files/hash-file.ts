import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

const chunkBytes = 1_048_576

/** SHA-256 of the whole content, in hex. */
export async function hashFile(file: FileHandle): Promise<string> {
  const hash = createHash('sha256')
  await feed(hash, file)
  return hash.digest('hex')
}

/** Adds the whole content, from the first byte to the end as it is found by reading. */
export async function feed(hash: Hash, file: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunkBytes)
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, position)
    if (bytesRead === 0) return
    hash.update(buffer.subarray(0, bytesRead))
    position += bytesRead
  }
}
