import fs from 'node:fs'

const AT_PAGESZ = 6n

/** Bytes of a memory page, from our own auxiliary vector: 4,096, but 16 or 64 KiB on some ARM kernels. */
export const pageSize: number = readPageSize()

function readPageSize(): number {
  try {
    const vector = fs.readFileSync('/proc/self/auxv')
    for (let at = 0; at + 16 <= vector.length; at += 16) {
      if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8))
    }
  } catch {
    // Without /proc there is nothing to measure in pages.
  }
  return 4096
}
