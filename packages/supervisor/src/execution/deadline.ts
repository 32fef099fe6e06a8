/** Why a job was cut short. */
export type Cut = 'timed_out' | 'cancelled'

/**
 * The end of a job's time, or its caller's wish to stop, whichever comes first. `cut` never resolves
 * for a job that is done before.
 */
export class Deadline implements Disposable {
  readonly cut: Promise<Cut>
  readonly #startedAt = performance.now()
  readonly #trip: (cut: Cut) => void
  readonly #signal: AbortSignal | undefined
  readonly #cancel = (): void => this.#trip('cancelled')
  #timer: NodeJS.Timeout
  #timeoutMs: number

  constructor(timeoutMs: number, signal?: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<Cut>()
    this.cut = promise
    this.#trip = resolve
    this.#signal = signal
    this.#timeoutMs = timeoutMs
    this.#timer = setTimeout(resolve, timeoutMs, 'timed_out')
    if (signal?.aborted === true) resolve('cancelled')
    signal?.addEventListener('abort', this.#cancel, { once: true })
  }

  get timeoutMs(): number {
    return this.#timeoutMs
  }

  /** Sets the time anew, counted from the beginning. */
  reset(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs
    clearTimeout(this.#timer)
    const left = Math.max(0, timeoutMs - (performance.now() - this.#startedAt))
    this.#timer = setTimeout(this.#trip, left, 'timed_out')
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#cancel)
  }
}
