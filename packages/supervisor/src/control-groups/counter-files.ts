import fs from 'node:fs'

/** No file with numbers in it is longer, but for io.stat with dozens of devices: its last lines are then not read. */
const buffer = Buffer.allocUnsafe(16_384)

/**
 * The files of one group that are read again and again: each is opened when it is read first, and read anew from its
 * beginning ever after, which is a third of the work. Disposing closes them; afterwards nothing can be read.
 */
export class CounterFiles implements Disposable {
  readonly #directory: string
  /** By name; undefined: it is not there. */
  readonly #descriptors = new Map<string, number | undefined>()
  #isClosed = false

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Undefined when it cannot be read, as when the group is gone. */
  read(file: string): string | undefined {
    const descriptor = this.#descriptorOf(file)
    if (descriptor === undefined) return undefined
    try {
      return buffer.toString('latin1', 0, fs.readSync(descriptor, buffer, 0, buffer.length, 0))
    } catch {
      return undefined
    }
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    for (const descriptor of this.#descriptors.values())
      if (descriptor !== undefined) fs.closeSync(descriptor)
    this.#descriptors.clear()
  }

  #descriptorOf(file: string): number | undefined {
    if (this.#isClosed) return undefined
    if (!this.#descriptors.has(file)) this.#descriptors.set(file, open(`${this.#directory}/${file}`))
    return this.#descriptors.get(file)
  }
}

function open(path: string): number | undefined {
  try {
    return fs.openSync(path, 'r')
  } catch {
    return undefined
  }
}
