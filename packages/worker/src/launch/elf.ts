import type { Arch } from './policy.ts'

/** Where the two segments lie in memory. The second begins at its place in the file, modulo the page size. */
export const codeAddress = 0x400000
export const dataAddress = 0x600200

const machines: Readonly<Record<Arch, number>> = { x64: 62, arm64: 183 }
const headerBytes = 64
const programHeaderBytes = 56
const segmentCount = 3
/** Suits kernels with pages of 64 KiB too. */
const alignment = 0x10000
const entryOffset = headerBytes + segmentCount * programHeaderBytes
const dataOffset = dataAddress % alignment

const PT_LOAD = 1
const PT_GNU_STACK = 0x6474e551
const X = 1
const W = 2
const R = 4

/**
 * A static executable of two segments, code that is not writable and data that is not executable; no interpreter,
 * no sections. `memoryBytes` is the size of the data in memory, zero after `data`.
 */
export function elfFile(arch: Arch, code: Buffer, data: Buffer, memoryBytes: number): Buffer {
  const codeEnd = entryOffset + code.length
  if (codeEnd > dataOffset) throw new RangeError('the code overlaps the data')
  const file = Buffer.alloc(dataOffset + data.length)
  file.write('7f454c46020101', 0, 'hex') // 64 bits, little endian, version 1
  file.writeUInt16LE(2, 16) // ET_EXEC
  file.writeUInt16LE(machines[arch], 18)
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(BigInt(codeAddress + entryOffset), 24)
  file.writeBigUInt64LE(BigInt(headerBytes), 32)
  file.writeUInt16LE(headerBytes, 52)
  file.writeUInt16LE(programHeaderBytes, 54)
  file.writeUInt16LE(segmentCount, 56)

  const segments = [
    { type: PT_LOAD, flags: R | X, words: [0, codeAddress, codeAddress, codeEnd, codeEnd, alignment] },
    {
      type: PT_LOAD,
      flags: R | W,
      words: [dataOffset, dataAddress, dataAddress, data.length, memoryBytes, alignment],
    },
    { type: PT_GNU_STACK, flags: R | W, words: [0, 0, 0, 0, 0, 16] },
  ]
  for (const [index, { type, flags, words }] of segments.entries()) {
    const at = headerBytes + index * programHeaderBytes
    file.writeUInt32LE(type, at)
    file.writeUInt32LE(flags, at + 4)
    for (const [i, word] of words.entries()) file.writeBigUInt64LE(BigInt(word), at + 8 + 8 * i)
  }
  code.copy(file, entryOffset)
  data.copy(file, dataOffset)
  return file
}
