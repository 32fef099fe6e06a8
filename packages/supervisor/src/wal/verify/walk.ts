import { Chain, type ChainState } from '../read/chain.ts'
import type { Decoded, DecodedRecord } from '../read/decode.ts'
import type { Batch } from '../read/scan.ts'
import { Approach } from './approach.ts'
import { type Evidence, Witness } from './evidence.ts'
import { type Damage, damageAt } from './place.ts'
import type { Wanted } from './wanted.ts'

/** Follows a log to its end, and keeps its first bad place. */
export class Walk {
  records = 0
  bytes = 0
  first: DecodedRecord | undefined
  last: DecodedRecord | undefined
  /** Where what was read ends. */
  end = { file: '', offset: 0 }
  /** An anchor names another record than there is. */
  mismatch: Damage | undefined
  readonly #wanted: Wanted
  #chain = new Chain()
  #approach: Approach | undefined
  #before: DecodedRecord | undefined
  #witness: Witness | undefined
  /** The file that is written to, once it is reached. */
  #active: string | undefined
  /** Of records that belong before the first one and stand further on, the one that belongs there most. */
  #misplaced: number | undefined

  constructor(wanted: Wanted, from: number) {
    this.#wanted = wanted
    this.#approach = from > 1 ? new Approach(from) : undefined
  }

  follow({ lines, begins, isActive }: Batch): void {
    if (begins) this.#chain.restart()
    if (isActive) this.#active = lines[0]?.file
    for (const line of lines) this.#meet(line)
    const last = lines.at(-1)
    if (last !== undefined) this.end = { file: last.file, offset: last.offset + last.size }
  }

  /** Undefined when every line fits. */
  get evidence(): Evidence | undefined {
    // Nothing after them is readable: they may be what was asked for.
    for (const line of this.#approach?.unreadable ?? []) this.#check(line)
    return this.#witness?.evidence
  }

  /** Undefined when the log begins where it began, or says why not. */
  get beginning(): Damage | undefined {
    const { unexplained } = this.#chain
    if (unexplained === undefined || this.first === undefined) return undefined
    if (this.#misplaced === undefined) return damageAt(this.first, 1, 'deleted', unexplained)
    const reason = `record ${this.first.record.seq} stands here, and ${this.#misplaced} further on`
    return damageAt(this.first, this.#misplaced, 'reordered', reason)
  }

  #meet(line: Decoded): void {
    if (this.#approach === undefined) {
      this.#check(line)
      return
    }
    const begun = this.#approach.pass(line)
    if (begun === undefined) return
    this.#approach = undefined
    this.#chain = new Chain(begun.state)
    this.#before = begun.before
    for (const held of begun.lines) this.#check(held)
  }

  #check(line: Decoded): void {
    const { state } = this.#chain
    const problem = this.#chain.follow(line)
    if (line.record !== undefined && state.missing !== undefined && line.record.seq <= state.missing.seq)
      this.#misplaced = Math.min(line.record.seq, this.#misplaced ?? line.record.seq)
    if (this.#witness !== undefined) this.#witness.follow(line)
    else if (problem === undefined && line.record !== undefined && line.record.v === 1) this.#accept(line)
    else this.#witness = this.#observe(line, state)
  }

  #observe(line: Decoded, state: ChainState): Witness {
    return new Witness(line, state, {
      before: this.last ?? this.#before,
      isInActive: line.file === this.#active,
    })
  }

  #accept(line: DecodedRecord): void {
    if (this.first === undefined) {
      this.first = line
      this.mismatch = this.#wanted.begin(line, line.record.seq - 1)
    }
    this.mismatch ??= this.#wanted.meet(line)
    this.last = line
    this.records += 1
    this.bytes += line.size
  }
}
