import { type Poolable, type PoolSize, Shelf } from './shelf.ts'

const sweepMs = 5000

/**
 * Things made ahead, by kind. Only kinds that are asked for again are made ahead, in the number that their
 * arrivals tell; a kind that nobody asks for any more is let go.
 */
export class Pool<K, T extends Poolable> implements AsyncDisposable {
  readonly #make: (kind: K) => Promise<T>
  readonly #keyOf: (kind: K) => string
  readonly #size: PoolSize
  readonly #shelves = new Map<string, Shelf<T>>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(make: (kind: K) => Promise<T>, keyOf: (kind: K) => string, size: PoolSize) {
    this.#make = make
    this.#keyOf = keyOf
    this.#size = size
  }

  /** @throws what making one throws: a pool that cannot start workers fails jobs with the reason */
  async take(kind: K): Promise<T> {
    return await this.#shelfOf(kind).take()
  }

  /**
   * To be called when what was taken has done its work: makes more where more will be asked for. Not before, for
   * making one takes this thread for milliseconds; and only when the caller has gone on.
   */
  refill(kind: K): void {
    if (this.#isClosed) return
    const shelf = this.#shelfOf(kind)
    setImmediate(() => shelf.refill(this.#size.max - this.#count))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await Promise.all(this.#shelves.values().map((shelf) => shelf[Symbol.asyncDispose]()))
    this.#shelves.clear()
  }

  get #count(): number {
    return this.#shelves.values().reduce((sum, { count }) => sum + count, 0)
  }

  #shelfOf(kind: K): Shelf<T> {
    const key = this.#keyOf(kind)
    const known = this.#shelves.get(key)
    if (known !== undefined) return known
    const shelf = new Shelf(() => this.#make(kind), this.#size)
    this.#shelves.set(key, shelf)
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs).unref()
    return shelf
  }

  #sweep(): void {
    for (const [key, shelf] of this.#shelves) {
      if (!shelf.isQuiet) continue
      this.#shelves.delete(key)
      Promise.resolve(shelf[Symbol.asyncDispose]()).catch(() => undefined)
    }
  }
}
