import { basename } from 'node:path'
import type { WalOptions } from '../../options/supervisor-options.ts'
import { readTail } from '../append/tail.ts'
import type { WalEvent } from '../record.ts'
import { type EndedSegment, endedAmong } from '../segments.ts'
import type { Found, Store } from '../store/store.ts'
import { OpenJobs } from './open-jobs.ts'
import { sweepOutputs } from './sweep-outputs.ts'

const msPerDay = 86_400_000

interface Doomed extends EndedSegment {
  readonly id: string
  readonly lastSeq: number
  readonly lastHash: string
}

interface Selection {
  readonly doomed: readonly Doomed[]
  /** The segment that stands in the way of those after it, as it is damaged. */
  readonly damaged: string | undefined
}

/** Removes ended segments that are too many or too old, the oldest first, and never one with a job that has not ended. */
export class Pruner {
  readonly #path: string
  readonly #maxBytes: number
  readonly #keepMs: number
  readonly #store: Store
  readonly #openJobs: OpenJobs

  constructor(path: string, { maxBytes, keepDays }: WalOptions, store: Store) {
    this.#path = path
    this.#maxBytes = maxBytes ?? Number.POSITIVE_INFINITY
    this.#keepMs = keepDays === undefined ? Number.POSITIVE_INFINITY : keepDays * msPerDay
    this.#store = store
    this.#openJobs = new OpenJobs(path, store)
  }

  /**
   * Each removal is in the log, and durable, before it is done; one by one, so that what remains after a crash is
   * whole and begins where a `wal_pruned` says. After a crash between the two, the file is recorded and removed again.
   * @returns the file that should have gone and is kept as evidence, for it is damaged: nothing after it goes either
   */
  async prune(append: (event: WalEvent) => Promise<number>): Promise<string | undefined> {
    if (!Number.isFinite(this.#maxBytes) && !Number.isFinite(this.#keepMs)) return undefined
    const { doomed, damaged } = await this.#select()
    if (doomed.length > 0) await this.#remove(doomed, append)
    return damaged
  }

  async #remove(doomed: readonly Doomed[], append: (event: WalEvent) => Promise<number>): Promise<void> {
    await Promise.all(doomed.map((segment) => append(toEvent(segment))))
    for (const { path, id } of doomed) {
      if (this.#store.find(path)?.id === id) await this.#store.remove(path)
      await this.#store.syncDirectory(path)
    }
    await sweepOutputs(this.#path, this.#store)
  }

  async #select(): Promise<Selection> {
    const ended = endedAmong(await this.#store.list(this.#path), this.#path)
    const sizes = ended.map(({ path }) => this.#store.find(path)?.bytes ?? 0)
    let total = sizes.reduce((sum, bytes) => sum + bytes, 0)
    const doomed: Doomed[] = []
    for (const [index, segment] of ended.entries()) {
      const found = this.#store.find(segment.path)
      const chosen =
        found === undefined ? undefined : await this.#judge(segment, found, total > this.#maxBytes)
      if (chosen === 'damaged') return { doomed, damaged: segment.path }
      if (chosen === undefined) break
      doomed.push(chosen)
      total -= sizes[index] ?? 0
    }
    return { doomed, damaged: undefined }
  }

  async #judge(
    segment: EndedSegment,
    { id, modifiedMs }: Found,
    isOver: boolean,
  ): Promise<Doomed | 'damaged' | undefined> {
    await using file = await this.#store.openExisting(segment.path)
    if (file === undefined) return undefined
    const tail = await readTail(file)
    const isOld = Date.now() - (tail === undefined ? modifiedMs : tail.record.ts * 1000) > this.#keepMs
    if (!isOver && !isOld) return undefined
    const haveEnded = tail === undefined ? 'damaged' : await this.#openJobs.haveEnded(segment)
    if (tail === undefined || haveEnded === 'damaged') return 'damaged'
    if (!haveEnded) return undefined
    return { ...segment, id, lastSeq: tail.record.seq, lastHash: tail.next.prev }
  }
}

function toEvent({ path, firstSeq, lastSeq, lastHash }: Doomed): WalEvent {
  const files = [basename(path)]
  return { type: 'wal_pruned', first_seq: firstSeq, last_seq: lastSeq, last_hash: lastHash, files }
}
