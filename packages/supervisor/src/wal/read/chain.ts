import type { Link } from '../line.ts'
import { firstPrev, type WalRecord } from '../record.ts'
import type { Decoded, DecodedRecord } from './decode.ts'

/** Where a chain stands, to be followed on later. */
export interface ChainState {
  /** Undefined before the first record and after damage: then any later record will do. */
  readonly next: Link | undefined
  readonly lastSeq: number | undefined
  /** The record that the first one names, where none is before it. */
  readonly missing: Link | undefined
  readonly isOld: boolean
}

const atBeginning: ChainState = { next: undefined, lastSeq: undefined, missing: undefined, isOld: false }

/** Follows seq and prev from record to record, across segments. */
export class Chain {
  #next: Link | undefined
  #lastSeq: number | undefined
  #missing: Link | undefined
  #isOld: boolean

  constructor({ next, lastSeq, missing, isOld }: ChainState = atBeginning) {
    this.#next = next
    this.#lastSeq = lastSeq
    this.#missing = missing
    this.#isOld = isOld
  }

  get state(): ChainState {
    return { next: this.#next, lastSeq: this.#lastSeq, missing: this.#missing, isOld: this.#isOld }
  }

  /** What is wrong at this line; undefined when it is the record that had to come. */
  follow(line: Decoded): string | undefined {
    if (line.record === undefined) {
      this.#next = undefined
      this.#lastSeq ??= 0 // what it begins with cannot be read, and is not missing
      return line.reason
    }
    if (line.record.v === 0) return this.#followOld(line)
    const problem = this.#check(line.record)
    this.#isOld = false
    this.#step(line)
    return problem
  }

  /** What is wrong with the log as a whole, once all of it was followed. */
  get unexplained(): string | undefined {
    if (this.#missing === undefined) return undefined
    return `the records up to seq ${this.#missing.seq} are missing, and no wal_pruned says why`
  }

  /** As if the log began with the next line: what was before it was pruned meanwhile. */
  restart(): void {
    this.#next = undefined
    this.#lastSeq = undefined
  }

  /** What stands among ours is not followed: the record after it follows the one before it. */
  #followOld(line: DecodedRecord): string | undefined {
    const isHistory = this.#isOld || this.#lastSeq === undefined
    if (!isHistory) return 'a record of the Rust original, without a checksum, among ours'
    this.#isOld = true
    this.#step(line)
    return undefined
  }

  #check(record: WalRecord): string | undefined {
    const { seq, prev } = record
    if (this.#isOld) return `our seq ${seq} after history of the Rust original`
    if (this.#next !== undefined && seq === this.#next.seq && prev === this.#next.prev) return undefined
    if (this.#next !== undefined)
      return seq === this.#next.seq
        ? `the chain is broken before seq ${seq}: it names another record before it`
        : `the chain is broken before seq ${seq}: expected seq ${this.#next.seq}`
    if (this.#lastSeq !== undefined)
      return seq > this.#lastSeq ? undefined : `the chain is broken before seq ${seq}: after ${this.#lastSeq}`
    if (seq > 1) this.#missing = { seq: seq - 1, prev }
    else if (prev !== firstPrev) return 'the chain is broken before seq 1: it names a record before it'
    return undefined
  }

  #step({ record, hash }: DecodedRecord): void {
    this.#next = { seq: record.seq + 1, prev: hash }
    this.#lastSeq = Math.max(record.seq, this.#lastSeq ?? 0)
    if (record.type === 'wal_pruned' && this.#missing !== undefined && explains(record, this.#missing))
      this.#missing = undefined
  }
}

/** Each file that is pruned has a record of its own, which names the last record in it. */
function explains(record: WalRecord, missing: Link): boolean {
  return record['last_seq'] === missing.seq && record['last_hash'] === missing.prev
}
