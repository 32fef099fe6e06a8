import { write } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { hasCode } from '../linux/errno.ts'

const writeTo = promisify(write)
/** A terminal that takes nothing is asked again so often. */
const retryMs = 20

/**
 * Writes to a terminal without ever waiting for it on the event loop, as process.stdout would: a terminal
 * that was stopped with Ctrl-S must not stop the deadline. What waits is bounded by the cap on output.
 */
export class TerminalWriter {
  readonly #descriptor: number
  #written: Promise<void> = Promise.resolve()

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  write(text: string): void {
    this.#written = this.#written.then(() => this.#writeAll(Buffer.from(text)))
  }

  /** Resolves when all that was given is written, or the terminal is gone. */
  flush(): Promise<void> {
    return this.#written
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      try {
        const { bytesWritten } = await writeTo(this.#descriptor, rest)
        rest = rest.subarray(bytesWritten)
      } catch (error) {
        if (!hasCode(error, 'EAGAIN')) return
        await sleep(retryMs)
      }
    }
  }
}
