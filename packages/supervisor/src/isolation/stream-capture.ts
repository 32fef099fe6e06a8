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
export class StreamCapture {
  readonly closed: Promise<void>
  readonly #chunks: Buffer[] = []
  #kept = 0
  #total = 0

  constructor(stream: Readable, onBytes: (bytes: Buffer) => void) {
    stream.on('data', (chunk: Buffer) => {
      this.#total += chunk.length
      const room = maxKeptBytes - this.#kept
      if (room <= 0) return
      const bytes = chunk.length <= room ? chunk : chunk.subarray(0, room)
      this.#kept += bytes.length
      this.#chunks.push(bytes)
      onBytes(bytes)
    })
    this.closed = new Promise((resolve) => {
      stream.once('close', resolve)
      stream.on('error', () => resolve()) // the pipe broke: what came before it counts
    })
  }

  /** All that came, kept or not. */
  get totalBytes(): number {
    return this.#total
  }

  captured(): CapturedStream {
    return { bytes: Buffer.concat(this.#chunks), totalBytes: this.#total }
  }
}
