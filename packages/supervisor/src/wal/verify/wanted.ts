import { RuntimoError } from '@runtimo/capabilities'
import type { DecodedRecord } from '../read/decode.ts'
import { type Damage, damageAt } from './place.ts'

/** A record that must be in the log: what an operator kept, or what was signed. */
export interface WantedHash {
  readonly hash: string
  /** Undefined: it may be anywhere. */
  readonly seq?: number | undefined
  /** Who wants it, for the message. */
  readonly source: string
}

/** `HASH` or `SEQ:HASH`, as `wal head` prints it. @throws RT_USAGE */
export function parseAnchor(text: string): WantedHash {
  const [, seq, hash] = /^(?:(\d{1,15})[: ])?([0-9a-f]{64})$/u.exec(text.trim()) ?? []
  if (hash !== undefined)
    return { hash, seq: seq === undefined ? undefined : Number(seq), source: 'the anchor that was given' }
  const expected = 'HASH or SEQ:HASH, a hash being 64 hexadecimal digits'
  const got = text.slice(0, 100)
  throw new RuntimoError('RT_USAGE', `anchor: expected ${expected}, got ${JSON.stringify(got)}`, {
    expected,
    got,
  })
}

/** Which of the wanted records were met on the way through the log. */
export class Wanted {
  readonly #bySeq = new Map<number, WantedHash[]>()
  readonly #anywhere = new Map<string, WantedHash>()
  #passed = 0

  constructor(wanted: readonly WantedHash[]) {
    for (const one of wanted) {
      if (one.seq === undefined) this.#anywhere.set(one.hash, one)
      else this.#bySeq.set(one.seq, [...(this.#bySeq.get(one.seq) ?? []), one])
    }
  }

  /** So many name records before the first one that was read: pruned, or before `from`. */
  get passed(): number {
    return this.#passed
  }

  /** Of what came before the first record that is left, only the hash of the last is known. */
  begin(first: DecodedRecord, lastSeq: number): Damage | undefined {
    const { prev } = first.record
    const wrong = this.#bySeq.get(lastSeq)?.find((one) => one.hash !== prev)
    for (const [seq, ones] of this.#bySeq) {
      if (seq > lastSeq) continue
      this.#passed += ones.length
      this.#bySeq.delete(seq)
    }
    if (this.#anywhere.delete(prev)) this.#passed += 1
    if (wrong === undefined) return undefined
    const reason = `the record before it is not the one that ${wrong.source} names: the log was rewritten`
    return damageAt(first, first.record.seq, 'foreign', reason)
  }

  meet({ record, hash, file, offset }: DecodedRecord): Damage | undefined {
    if (this.#anywhere.size > 0) this.#anywhere.delete(hash)
    const ones = this.#bySeq.size === 0 ? undefined : this.#bySeq.get(record.seq)
    if (ones === undefined) return undefined
    const wrong = ones.find((one) => one.hash !== hash)
    this.#bySeq.delete(record.seq)
    if (wrong === undefined) return undefined
    const reason = `record ${record.seq} is not the one that ${wrong.source} names: the log was rewritten`
    return damageAt({ file, offset }, record.seq, 'foreign', reason)
  }

  /** What was not met, at the end of the log. */
  missing(end: { readonly file: string; readonly offset: number }, nextSeq: number): Damage | undefined {
    const [beyond] = [...this.#bySeq.values()].flat()
    if (beyond !== undefined) {
      const reason = `the log ends before record ${beyond.seq}, which ${beyond.source} names`
      return damageAt(end, nextSeq, 'truncated', reason)
    }
    const [unmet] = this.#anywhere.values()
    if (unmet === undefined) return undefined
    const reason = `no record has the hash of ${unmet.source}: the log was rewritten or cut`
    return damageAt(end, undefined, 'foreign', reason)
  }
}
