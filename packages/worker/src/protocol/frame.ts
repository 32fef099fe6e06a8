/** A frame is its length in four bytes (little endian), then so many bytes of UTF-8 JSON. */
const headerBytes = 4

export function encodeFrame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message))
  const frame = Buffer.allocUnsafe(headerBytes + body.length)
  frame.writeUInt32LE(body.length)
  body.copy(frame, headerBytes)
  return frame
}

/**
 * Cuts a byte stream into frames. A frame that announces more than the limit is refused by its header,
 * so that no more than the limit is ever held, whatever the other side sends.
 */
export class FrameReader {
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  #buffered = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The bodies that are complete with this chunk. Throws a RangeError on a frame over the limit. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    const bodies: Buffer[] = []
    for (;;) {
      if (this.#buffered < headerBytes) return bodies
      const length = this.#peekLength()
      if (length > this.#maxBytes) {
        throw new RangeError(`a frame of ${length} bytes is over the limit of ${this.#maxBytes}`)
      }
      if (this.#buffered < headerBytes + length) return bodies
      const all = this.#join()
      bodies.push(all.subarray(headerBytes, headerBytes + length))
      const rest = all.subarray(headerBytes + length)
      this.#chunks = rest.length === 0 ? [] : [rest]
      this.#buffered = rest.length
    }
  }

  #peekLength(): number {
    const [first] = this.#chunks
    return (first !== undefined && first.length >= headerBytes ? first : this.#join()).readUInt32LE()
  }

  /** Joined only when a header or a frame is complete: a large frame is copied once, not once a chunk. */
  #join(): Buffer {
    const [first] = this.#chunks
    if (this.#chunks.length === 1 && first !== undefined) return first
    const all = Buffer.concat(this.#chunks)
    this.#chunks = [all]
    return all
  }
}
