import type { FileHandle } from 'node:fs/promises'
import { Chain } from '../read/chain.ts'
import { decode, type Decoded } from '../read/decode.ts'
import { readLines } from '../read/lines.ts'
import type { WalDamage } from '../reader.ts'
import { isJobEnd, type WalRecord } from '../record.ts'
import type { LogFile } from './files.ts'
import { outcomeOf, textOf } from './job.ts'
import type { Addition, Known, KnownSegment } from './known.ts'
import type { CatalogStore } from './store.ts'

/** So many additions are made at a time: what is held in memory, and for how long others wait. */
const batchSize = 2500

/** Takes up what is read, and hands it to the store in batches. */
export class Filling {
  torn: WalDamage | undefined
  isDamaged: boolean
  readonly #store: CatalogStore
  readonly #chain: Chain
  readonly #segments = new Map<number, KnownSegment>()
  #known: Known
  #additions: Addition[] = []

  constructor(store: CatalogStore, known: Known) {
    this.#store = store
    this.#known = known
    this.#chain = new Chain(known.chain)
    this.isDamaged = known.isDamaged
    const last = known.segments.at(-1)
    if (last !== undefined) this.#segments.set(last.first, last)
  }

  /** False when the store has changed under our hands. */
  async read(file: FileHandle, { path, first }: LogFile, start: number): Promise<boolean> {
    for await (const lines of readLines(file, start)) {
      for (const line of lines) this.#take(decode(path, line), first)
      if (this.#additions.length >= batchSize && !this.finish()) return false
    }
    return true
  }

  finish(): boolean {
    const segments = [...this.#segments.values()]
    const chain = this.#chain.state
    const after: Known = { segments, chain, isDamaged: this.isDamaged }
    const isSame =
      segments.at(-1)?.bytes === this.#known.segments.at(-1)?.bytes && this.#additions.length === 0
    const isAdded = isSame || this.#store.add(this.#known, after, this.#additions)
    this.#known = after
    this.#additions = []
    return isAdded
  }

  #take(line: Decoded, segment: number): void {
    const { file, offset, size, record } = line
    if (record === undefined && !line.complete) {
      this.torn = { ok: false, file, offset, reason: line.reason }
      return
    }
    if (this.#chain.follow(line) !== undefined) this.isDamaged = true
    const last = this.#segments.get(segment)
    const bytes = offset + size
    if (record === undefined) {
      this.#segments.set(segment, {
        first: segment,
        bytes,
        lastOffset: last?.lastOffset ?? -1,
        lastHash: last?.lastHash ?? '',
      })
      return
    }
    this.#segments.set(segment, { first: segment, bytes, lastOffset: offset, lastHash: line.hash })
    this.#additions.push(...toAdditions(record, { segment, offset }))
  }
}

function toAdditions(record: WalRecord, place: Pick<Addition, 'segment' | 'offset'>): Addition[] {
  const additions: Addition[] = []
  const jobId = textOf(record, 'job_id')
  const sessionId = textOf(record, 'session_id')
  const state = record.type === 'job_started' ? 1 : isJobEnd(record) ? 2 : 0
  const { last_seq: lastSeq } = record
  const none = { ...place, state: 0, outcome: undefined }
  if (jobId !== null)
    additions.push({ kind: 'job', name: jobId, ...place, state, outcome: outcomeOf(record) })
  if (sessionId !== null) additions.push({ kind: 'session', name: sessionId, ...none })
  if (record.type === 'wal_pruned')
    additions.push({
      kind: 'pruned',
      name: `${Number(lastSeq)}:${textOf(record, 'last_hash') ?? ''}`,
      ...none,
    })
  return additions
}
