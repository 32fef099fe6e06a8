/** A word of the player's memory; as an argument it stands for what it holds when the call is made. */
export class Word {
  readonly address: number
  readonly name: string

  constructor(address: number, name: string) {
    this.address = address
    this.name = name
  }

  /** The word that begins `offset` bytes further on: a member of a structure. */
  at(offset: number, name: string): Word {
    return new Word(this.address + offset, name)
  }

  /** Its address, as an argument. */
  get pointer(): Pointer {
    return new Pointer(this.address, `&${this.name}`)
  }
}

export class Pointer {
  readonly address: number
  readonly text: string

  constructor(address: number, text: string) {
    this.address = address
    this.text = text
  }
}

/** Bytes that a tape carries and passes by address; `text` is how the printed tape shows them. */
export class Structure {
  readonly bytes: Buffer
  readonly text: string

  constructor(text: string, bytes: Buffer) {
    this.text = text
    this.bytes = bytes
  }
}

/** Words of 64 bits, little endian; negative ones in two's complement. Safe integers only. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length)
  for (const [i, value] of values.entries()) writeWord(bytes, 8 * i, value)
  return bytes
}

export function writeWord(bytes: Buffer, at: number, value: number): void {
  bytes.writeInt32LE(value | 0, at)
  bytes.writeInt32LE(Math.floor(value / 2 ** 32), at + 4)
}
