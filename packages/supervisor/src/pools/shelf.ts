import { Arrivals } from './arrivals.ts'

/** What a pool holds: made ahead, used once. */
export interface Poolable extends AsyncDisposable {
  /** False when it ended meanwhile, or what it is made of is not there any more. */
  isFit(): boolean
}

/** How many may wait at once. */
export interface PoolSize {
  readonly min: number
  readonly max: number
}

/** After a failure nothing is made ahead for so long: the next job will tell the reason. */
const afterFailureMs = 5000

/** Those of one kind. */
export class Shelf<T extends Poolable> {
  readonly #make: () => Promise<T>
  readonly #arrivals = new Arrivals()
  readonly #size: PoolSize
  readonly #making = new Set<Promise<void>>()
  #waiting: T[] = []
  #makeMs = 20
  #restUntil = 0
  #isClosed = false

  constructor(make: () => Promise<T>, size: PoolSize) {
    this.#make = make
    this.#size = size
  }

  get count(): number {
    return this.#waiting.length + this.#making.size
  }

  get isQuiet(): boolean {
    return this.#arrivals.isQuiet(performance.now())
  }

  /** One that waits, else a new one. @throws what making one throws */
  async take(): Promise<T> {
    this.#arrivals.note(performance.now())
    for (;;) {
      const item = this.#waiting.shift()
      if (item === undefined) return await this.#timed()
      if (item.isFit()) return item
      await item[Symbol.asyncDispose]()
    }
  }

  /** Makes as many as will probably be asked for while one is made, within `room`. */
  refill(room: number): void {
    const now = performance.now()
    if (this.#isClosed || now < this.#restUntil) return
    const rate = this.#arrivals.rate(now)
    const expected = rate === 0 ? 0 : Math.ceil(rate * this.#makeMs * 2) + 1
    const target = Math.min(this.#size.max, Math.max(this.#size.min, expected))
    for (let missing = Math.min(target - this.count, room); missing > 0; missing--) this.#add()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#making)
    await Promise.all(this.#waiting.splice(0).map((item) => item[Symbol.asyncDispose]()))
  }

  #add(): void {
    const making = this.#timed()
      .then((item) => void this.#waiting.push(item))
      .catch(() => void (this.#restUntil = performance.now() + afterFailureMs))
      .finally(() => this.#making.delete(making))
    this.#making.add(making)
  }

  async #timed(): Promise<T> {
    const beganAt = performance.now()
    const item = await this.#make()
    this.#makeMs = 0.7 * this.#makeMs + 0.3 * (performance.now() - beganAt)
    return item
  }
}
