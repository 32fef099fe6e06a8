import { Structure, Word, words } from './word.ts'

export interface Extent {
  readonly address: number
  /** At most so many bytes. */
  readonly size: number
}

/** The data of a tape: constants, strings, structures and variables, packed at growing addresses. */
export class Region {
  readonly #extent: Extent
  readonly #chunks: Buffer[] = []
  readonly #known = new Map<number | string | Structure, number>()
  #used = 0

  constructor(extent: Extent) {
    this.#extent = extent
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks, this.#used)
  }

  variable(name: string, initial: Buffer): Word {
    return new Word(this.#place(initial), name)
  }

  /** The address of a word, a string (with its NUL) or a structure; the same one for the same thing. */
  constant(value: number | string | Structure): number {
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const address = this.#place(bytesOf(value))
    this.#known.set(value, address)
    return address
  }

  /** Throws a RangeError when there is no more room. */
  #place(bytes: Buffer): number {
    const at = this.#used
    const padding = -bytes.length & 7
    this.#used = at + bytes.length + padding
    if (this.#used > this.#extent.size) {
      throw new RangeError(`the data of a tape takes more than ${this.#extent.size} bytes`)
    }
    this.#chunks.push(bytes, Buffer.alloc(padding))
    return this.#extent.address + at
  }
}

function bytesOf(value: number | string | Structure): Buffer {
  if (typeof value === 'number') return words(value)
  if (value instanceof Structure) return value.bytes
  if (value.includes('\0')) throw new RangeError(`a string with a NUL: ${JSON.stringify(value)}`)
  return Buffer.from(`${value}\0`)
}
