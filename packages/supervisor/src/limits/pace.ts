const firstMs = 5
const lastMs = 50
const growth = 1.2
/** A tenth of the time may go into looking. */
const restFactor = 10

/** Calls again and again, ever less often, with one timer that keeps nobody alive. */
export class Pace implements Disposable {
  readonly #call: () => void
  #timer: NodeJS.Timeout
  #delayMs = firstMs
  #isOver = false

  constructor(call: () => void) {
    this.#call = call
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
    this.#delayMs = Math.min(lastMs, this.#delayMs * growth)
    this.#timer = setTimeout(this.#tick, Math.max(this.#delayMs, restFactor * tookMs)).unref()
  }
}
