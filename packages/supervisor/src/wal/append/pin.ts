import { RuntimoError } from '@runtimo/capabilities'
import type { Store, StoreFile } from '../store/store.ts'

/**
 * While anybody holds it, no segment is ended: a job that sees the log's directory has the active segment covered, and
 * a new one under its name would not be. To be asked and held under the lock of the log.
 */
export class Pin implements AsyncDisposable {
  readonly #path: string
  readonly #store: Store
  #held: StoreFile | undefined

  constructor(path: string, store: Store) {
    this.#path = path
    this.#store = store
  }

  /** Until it is disposed of, or the process ends. @throws RT_WAL_UNSAFE, RT_WAL_UNWRITABLE */
  async hold(): Promise<void> {
    if (this.#held !== undefined) return
    const file = await this.#store.open(this.#path)
    if (file.tryLock('shared')) {
      this.#held = file
      return
    }
    await file[Symbol.asyncDispose]()
    throw new RuntimoError('RT_WAL_UNWRITABLE', `${this.#path} is locked by somebody else`, {
      path: this.#path,
    })
  }

  async isFree(): Promise<boolean> {
    if (this.#held !== undefined) return false
    await using file = await this.#store.openExisting(this.#path)
    return file === undefined || file.tryLock('alone')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held?.[Symbol.asyncDispose]()
    this.#held = undefined
  }
}
