import { Structure, Word, writeWord } from './word.ts'

export interface Extent {
  readonly address: number
  /** At most so many bytes. */
  readonly size: number
}

/** The data of a tape: constants, strings, structures and variables, packed at growing addresses. */
export class Region {
  readonly #extent: Extent
  #memory: Buffer = Buffer.alloc(4096)
  readonly #known = new Map<number | string | Structure, number>()
  #used = 0

  constructor(extent: Extent) {
    this.#extent = extent
  }

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#used)
  }

  variable(name: string, initial: Buffer): Word {
    const at = this.#place(initial.length)
    initial.copy(this.#memory, at)
    return new Word(this.#extent.address + at, name)
  }

  /** The address of a word, a string (with its NUL) or a structure; the same one for the same thing. */
  constant(value: number | string | Structure): number {
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const address = this.#extent.address + this.#write(value)
    this.#known.set(value, address)
    return address
  }

  #write(value: number | string | Structure): number {
    if (typeof value === 'number') {
      const at = this.#place(8)
      writeWord(this.#memory, at, value)
      return at
    }
    if (value instanceof Structure) {
      const at = this.#place(value.bytes.length)
      value.bytes.copy(this.#memory, at)
      return at
    }
    if (value.includes('\0')) throw new RangeError(`a string with a NUL: ${JSON.stringify(value)}`)
    const at = this.#place(Buffer.byteLength(value) + 1)
    this.#memory.write(value, at)
    return at
  }

  /** Zeroed room for so many bytes, up to a whole word. Throws a RangeError when there is no more. */
  #place(length: number): number {
    const at = this.#used
    this.#used = at + length + (-length & 7)
    if (this.#used > this.#extent.size) {
      throw new RangeError(`the data of a tape takes more than ${this.#extent.size} bytes`)
    }
    if (this.#used > this.#memory.length) {
      const larger = Buffer.alloc(Math.max(this.#used, 2 * this.#memory.length))
      this.#memory.copy(larger)
      this.#memory = larger
    }
    return at
  }
}
