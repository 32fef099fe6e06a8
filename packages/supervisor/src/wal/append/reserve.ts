import type { Store, StoreFile } from '../store/store.ts'
import { isFull } from './failure.ts'

const stepBytes = 65_536

/**
 * Space that is kept beside the log for the ends of jobs that run when the disk is full. To be used with the lock
 * on the log held.
 */
export class Reserve implements AsyncDisposable {
  readonly #path: string
  readonly #store: Store
  readonly #most: number
  #wanted: number | undefined
  #file: StoreFile | undefined

  constructor(path: string, bytes: number, store: Store) {
    this.#path = path
    this.#store = store
    this.#most = bytes
  }

  /** Makes it whole again when there is room. */
  async isWhole(): Promise<boolean> {
    if (this.#most === 0) return true
    // Never more than a quarter of the file system: a small disk is not ours alone.
    this.#wanted ??= Math.min(this.#most, Math.floor((await this.#store.capacity(this.#path)) / 4))
    try {
      const file = await this.#open()
      const missing = this.#wanted - file.size()
      if (missing > 0) await file.extend(missing)
      return true
    } catch (error) {
      if (isFull(error)) return false
      throw error
    }
  }

  /** Gives some of it to the log, at least so many bytes if it has them. False: nothing is left. */
  async release(bytes: number): Promise<boolean> {
    if (this.#store.find(this.#path) === undefined) return false
    const file = await this.#open()
    const size = file.size()
    if (size === 0) return false
    await file.truncate(Math.max(0, size - Math.ceil(bytes / stepBytes) * stepBytes))
    // Space that was freed may be had only when that is durable.
    await file.sync()
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.[Symbol.asyncDispose]()
    this.#file = undefined
  }

  async #open(): Promise<StoreFile> {
    if (this.#file !== undefined && this.#store.find(this.#path)?.id === this.#file.id) return this.#file
    await this[Symbol.asyncDispose]()
    this.#file = await this.#store.open(this.#path)
    return this.#file
  }
}
