import { Chain } from './read/chain.ts'
import type { Decoded } from './read/decode.ts'
import { scan } from './read/scan.ts'
import type { WalRecord } from './record.ts'

/** A place where the log is not as it was written. */
export interface WalDamage {
  readonly ok: false
  readonly file: string
  /** Byte offset of the line in the file. */
  readonly offset: number
  readonly reason: string
}

export interface WalEntry {
  readonly ok: true
  /** False: history of the Rust original, which has no checksums. */
  readonly verified: boolean
  readonly file: string
  /** Byte offset of the line in the file. */
  readonly offset: number
  readonly record: WalRecord
}

export interface ReadOptions {
  /** Records before this seq are left out, and segments that end before it are not read. */
  readonly from?: number | undefined
}

/**
 * Reads a log and its ended segments from the beginning, in constant memory. Damage is never skipped in
 * silence: each damaged line and each break of the chain comes as an entry of its own. A record that comes
 * is as it was written, by its checksum; who wrote it is what anchors are for.
 */
export class WalReader {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** Throws the system error when the log cannot be opened. */
  async *entries(options: ReadOptions = {}): AsyncGenerator<WalEntry | WalDamage, void> {
    for await (const batch of this.batches(options)) yield* batch
  }

  /** The same, many at a time: for whoever reads millions. */
  async *batches({ from = 1 }: ReadOptions = {}): AsyncGenerator<readonly (WalEntry | WalDamage)[], void> {
    const chain = new Chain()
    let first: Decoded | undefined
    for await (const { lines, begins } of scan(this.path, { from })) {
      if (begins) chain.restart()
      first ??= lines[0]
      const entries = lines.flatMap((line) => toEntries(line, chain.follow(line)))
      yield from > 1 ? entries.filter((entry) => !entry.ok || entry.record.seq >= from) : entries
    }
    const reason = from > 1 ? undefined : chain.unexplained
    if (first !== undefined && reason !== undefined)
      yield [{ ok: false, file: first.file, offset: first.offset, reason }]
  }
}

/** What a reader says of a line: damage, a record, or both when a good record stands in a wrong place. */
export function toEntries(line: Decoded, problem: string | undefined): (WalEntry | WalDamage)[] {
  const { file, offset, record } = line
  const entries: (WalEntry | WalDamage)[] =
    problem === undefined ? [] : [{ ok: false, file, offset, reason: problem }]
  // Of the original's kind, it is no record where ours are: anybody could have put it there.
  const isForged = record?.v === 0 && problem !== undefined
  if (record !== undefined && !isForged)
    entries.push({ ok: true, verified: record.v === 1, file, offset, record })
  return entries
}
