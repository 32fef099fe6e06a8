const lastMs = 50
/** A tenth of the time may go into looking. */
const restFactor = 10

/** Of the delays between two calls: each is so much longer than the one before, up to 50 ms. */
export interface Rhythm {
  readonly firstMs: number
  readonly growth: number
}

/** Calls again and again, ever less often, with one timer that keeps nobody alive. */
export class Pace implements Disposable {
  readonly #call: () => void
  readonly #growth: number
  #timer: NodeJS.Timeout
  #delayMs: number
  #isOver = false

  constructor(call: () => void, { firstMs, growth }: Rhythm) {
    this.#call = call
    this.#growth = growth
    this.#delayMs = firstMs
    this.#timer = setTimeout(this.#tick, firstMs).unref()
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  readonly #tick = (): void => {
    const startedAt = performance.now()
    this.#call()
    if (this.#isOver) return
    const tookMs = performance.now() - startedAt
    this.#delayMs = Math.min(lastMs, this.#delayMs * this.#growth)
    this.#timer = setTimeout(this.#tick, Math.max(this.#delayMs, restFactor * tookMs)).unref()
  }
}
