import type { Readable } from 'node:stream'
import type { CapturedStream } from '@runtimo/capabilities'

export type StreamName = 'stdout' | 'stderr'

/** A piece of what a job printed, as it came. */
export interface OutputChunk {
  readonly stream: StreamName
  readonly bytes: Uint8Array
}

/** 10 MiB of each stream are kept and passed on live; what follows is only counted. */
const maxKeptBytes = 10_485_760

/** Reads a stream to its end, so that the job is never blocked, and holds no more than the cap. */
export class StreamCapture implements Disposable {
  readonly closed: Promise<void>
  readonly #stream: Readable
  readonly #onData: (chunk: Buffer) => void
  readonly #onEnd: () => void
  /** One block that grows: a job that writes single bytes must not cost us an object for each. */
  #block = Buffer.alloc(0)
  #kept = 0
  #total = 0

  constructor(stream: Readable, onBytes: (bytes: Buffer) => void) {
    this.#stream = stream
    this.#onData = (chunk) => {
      this.#total += chunk.length
      const bytes = chunk.subarray(0, maxKeptBytes - this.#kept)
      if (bytes.length === 0) return
      this.#keep(bytes)
      onBytes(bytes)
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    this.#onEnd = resolve
    // An error is an end too: what came before the pipe broke counts.
    stream.on('data', this.#onData).once('close', this.#onEnd).once('error', this.#onEnd)
    stream.resume() // a reader before us may have left it paused
  }

  /** All that came, kept or not. */
  get totalBytes(): number {
    return this.#total
  }

  captured(): CapturedStream {
    return { bytes: this.#block.subarray(0, this.#kept), totalBytes: this.#total }
  }

  /** Leaves the pipe to the next reader. */
  release(): void {
    this.#stream.off('data', this.#onData).off('close', this.#onEnd).off('error', this.#onEnd).pause()
  }

  /** Lets go of the pipe, whoever still holds the other end. */
  [Symbol.dispose](): void {
    this.#stream.destroy()
  }

  #keep(bytes: Buffer): void {
    const needed = this.#kept + bytes.length
    if (needed > this.#block.length) {
      const larger = Buffer.alloc(Math.min(maxKeptBytes, Math.max(needed, this.#block.length * 2, 4096)))
      this.#block.copy(larger, 0, 0, this.#kept)
      this.#block = larger
    }
    bytes.copy(this.#block, this.#kept)
    this.#kept = needed
  }
}
