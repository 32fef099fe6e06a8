import type { RuntimoError } from '@runtimo/capabilities'
import { refusal } from '../isolation/requirement.ts'
import { countEntries } from './entries.ts'

/** A workspace with more entries takes too long to count again and again. */
const maxEntries = 200_000
/** A tenth of the time may go into counting. */
const restFactor = 10

/**
 * How many entries a job has added to its workspace, by counting: what it made and removed between two counts is
 * not seen, and what it removed of others' is set off against what it made.
 */
export class WrittenFiles implements Disposable {
  /** When the entries from before the job are counted: let it run only then. @throws RT_POSTURE_UNAVAILABLE */
  readonly ready: Promise<void>
  readonly #paths: readonly string[]
  readonly #allowed: number
  readonly #stop = new AbortController()
  #baseline = 0
  #count = 0
  #restsUntil = Infinity
  #scan: Promise<void> | undefined

  constructor(paths: readonly string[], allowed: number) {
    this.#paths = paths
    this.#allowed = allowed
    this.ready = this.#begin()
    this.ready.catch(() => undefined) // Who did not ask is not told.
  }

  /** As of the last count. */
  get count(): number {
    return this.#count
  }

  /** Begins to count when it is time; never waits. */
  countIfDue(): void {
    if (this.#scan === undefined && performance.now() >= this.#restsUntil) void this.recount()
  }

  /** One whole count that begins now. */
  async recount(): Promise<void> {
    await this.#scan
    this.#scan = this.#countAll()
    await this.#scan
  }

  [Symbol.dispose](): void {
    this.#stop.abort()
  }

  async #begin(): Promise<void> {
    this.#baseline = await countEntries(this.#paths, maxEntries, this.#stop.signal)
    if (this.#baseline >= maxEntries) throw tooMany(this.#allowed)
    this.#restsUntil = 0
  }

  async #countAll(): Promise<void> {
    const startedAt = performance.now()
    // Above this the breach is certain: a job that makes millions is not counted to the end.
    const atMost = this.#baseline + this.#allowed + 1
    const entries = await countEntries(this.#paths, atMost, this.#stop.signal)
    this.#count = Math.max(0, entries - this.#baseline)
    const endedAt = performance.now()
    this.#restsUntil = endedAt + restFactor * (endedAt - startedAt)
    this.#scan = undefined
  }
}

function tooMany(wanted: number): RuntimoError {
  return refusal([
    {
      field: 'limits.writtenFiles',
      wanted,
      cause: `the workspace has ${maxEntries} entries or more, too many to count again and again`,
      cure: 'use a smaller workspace, or no ceiling on written files',
    },
  ])
}
