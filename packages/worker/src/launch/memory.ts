import { dataAddress } from './elf.ts'
import { recordBytes } from './player.ts'
import type { Extent } from './region.ts'
import { Pointer, Word } from './word.ts'

/** Where a tape lies. The records are apart from the data, so that they can be made read-only. */
export interface Place {
  readonly records: Extent
  readonly data: Extent
}

/** The address of the last record and its result; the player writes them. */
export const last: Pointer = new Pointer(dataAddress, 'LAST')
export const lastBytes = 16

/** Takes results that nobody wants. */
export const scratch: Word = new Word(dataAddress + lastBytes, 'scratch')

const bootRecords = { address: dataAddress + lastBytes + 8, size: 5 * recordBytes }

export const bootPlace: Place = {
  records: bootRecords,
  data: { address: bootRecords.address + bootRecords.size, size: 0x400 },
}

export const basePlace: Place = {
  records: { address: 0x610000, size: 0x20000 },
  data: { address: 0x630000, size: 0x40000 },
}

/** Room for the longest command line and environment that Linux takes by default. */
export const jobPlace: Place = {
  records: { address: 0x670000, size: 0x40000 },
  data: { address: 0x6b0000, size: 0x400000 },
}

export const memoryEnd: number = jobPlace.data.address + jobPlace.data.size
