import type { ChainState } from '../read/chain.ts'
import type { Decoded, DecodedRecord } from '../read/decode.ts'
import { Tear, traceOfRecord } from '../tear.ts'

/** The first line that does not fit, and what there is to judge it by. */
export interface Evidence {
  readonly line: Decoded
  /** How the chain stood before it. */
  readonly state: ChainState
  readonly before: DecodedRecord | undefined
  /** It is in the file that is written to. */
  readonly isInActive: boolean
  /** It and all after it are what a crash leaves: the next writer repairs it. */
  readonly isTear: boolean
  /** Unreadable lines in a row, it among them. */
  readonly unreadable: number
  readonly isLikeRecord: boolean
  /** The first record after it, or after them. */
  readonly next: DecodedRecord | undefined
  /** The record that belongs here stands further on. */
  readonly returns: boolean
}

/** Gathers from the lines after the first bad one what tells its kind. */
export class Witness {
  readonly #line: Decoded
  readonly #state: ChainState
  readonly #before: DecodedRecord | undefined
  readonly #isInActive: boolean
  readonly #tear: Tear | undefined
  #unreadable = 0
  #isLikeRecord = false
  #next: DecodedRecord | undefined
  #returns = false

  constructor(
    line: Decoded,
    state: ChainState,
    rest: { readonly before: DecodedRecord | undefined; readonly isInActive: boolean },
  ) {
    this.#line = line
    this.#state = state
    this.#before = rest.before
    this.#isInActive = rest.isInActive
    this.#tear = line.record === undefined && rest.isInActive ? new Tear(line.offset) : undefined
    if (line.record === undefined) this.#see(line)
    this.#followTear(line)
  }

  follow(line: Decoded): void {
    this.#followTear(line)
    if (line.record === undefined) {
      if (this.#next === undefined && this.#line.record === undefined) this.#see(line)
      return
    }
    this.#next ??= line
    if (line.record.seq === this.#state.next?.seq) this.#returns = true
  }

  get evidence(): Evidence {
    return {
      line: this.#line,
      state: this.#state,
      before: this.#before,
      isInActive: this.#isInActive,
      isTear: this.#tear?.isOne ?? false,
      unreadable: this.#unreadable,
      isLikeRecord: this.#isLikeRecord,
      next: this.#next,
      returns: this.#returns,
    }
  }

  #followTear(line: Decoded): void {
    const { record, offset, size } = line
    this.#tear?.follow(record === undefined ? line.trace : traceOfRecord(record), offset + size)
  }

  #see(line: Decoded): void {
    this.#unreadable += 1
    if (line.record === undefined && line.isLikeRecord) this.#isLikeRecord = true
  }
}
