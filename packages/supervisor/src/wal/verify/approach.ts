import type { ChainState } from '../read/chain.ts'
import type { Decoded, DecodedRecord } from '../read/decode.ts'

/** Where verification begins: the lines that were held back, and the chain as it stands before them. */
export interface Begun {
  readonly lines: readonly Decoded[]
  readonly before: DecodedRecord | undefined
  /** Undefined: this is the beginning of the log. */
  readonly state: ChainState | undefined
}

/** Passes over what comes before a seq; what cannot be read counts only if the record asked for may be in it. */
export class Approach {
  readonly #from: number
  #before: DecodedRecord | undefined
  #unreadable: Decoded[] = []

  constructor(from: number) {
    this.#from = from
  }

  get unreadable(): readonly Decoded[] {
    return this.#unreadable
  }

  /** Undefined as long as it is before the seq. */
  pass(line: Decoded): Begun | undefined {
    if (line.record === undefined) {
      this.#unreadable.push(line)
      return undefined
    }
    if (line.record.seq < this.#from && line.record.v === 1) {
      this.#before = line
      this.#unreadable = []
      return undefined
    }
    const isIt = line.record.seq === this.#from
    const lines = isIt ? [line] : [...this.#unreadable, line]
    if (this.#before === undefined && !isIt) return { lines, before: undefined, state: undefined }
    // Where the record before it cannot be read, nothing is known of what it must name.
    const isLinked = this.#before?.record.seq === this.#from - 1
    const prev = isLinked || !isIt ? (this.#before?.hash ?? '') : line.record.prev
    const next = { seq: this.#from, prev }
    return {
      lines,
      before: this.#before,
      state: { next, lastSeq: this.#from - 1, missing: undefined, isOld: false },
    }
  }
}
