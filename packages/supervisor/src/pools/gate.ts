import { RuntimoError } from '@runtimo/capabilities'

interface Waiting {
  readonly admit: () => void
}

/** Lets so many in at once; the others wait in the order in which they came, for a limited time. */
export class Gate {
  readonly #limit: number
  readonly #queue: Waiting[] = []
  #inside = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get queued(): number {
    return this.#queue.length
  }

  /** Resolves when there is room; disposing leaves. @throws RT_QUEUE_TIMEOUT, RT_CANCELLED */
  async enter(timeoutMs: number, signal?: AbortSignal): Promise<Disposable> {
    if (this.#inside >= this.#limit) await this.#wait(timeoutMs, signal)
    else this.#inside++
    let isInside = true
    return {
      [Symbol.dispose]: () => {
        if (isInside) this.#leave()
        isInside = false
      },
    }
  }

  #leave(): void {
    const next = this.#queue.shift()
    if (next === undefined) this.#inside--
    else next.admit() // the place is handed on
  }

  #wait(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiting: Waiting = { admit: resolve }
    this.#queue.push(waiting)
    const giveUp = (error: RuntimoError): void => {
      const place = this.#queue.indexOf(waiting)
      if (place === -1) return
      this.#queue.splice(place, 1)
      reject(error)
    }
    const timer = setTimeout(
      () =>
        giveUp(
          new RuntimoError('RT_QUEUE_TIMEOUT', `no worker was free within ${timeoutMs} ms`, {
            timeout_ms: timeoutMs,
          }),
        ),
      timeoutMs,
    )
    const cancel = (): void => giveUp(new RuntimoError('RT_CANCELLED', 'cancelled while it waited'))
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted === true) cancel()
    return promise.finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    })
  }
}
