import type { StoreFile } from '../store/store.ts'
import { isFull, poisoned } from './failure.ts'
import { writeAll } from './write-all.ts'

/** So much space is taken at once. */
const aheadBytes = 262_144

/**
 * The file that is appended to. Space is taken before a write, so that a full disk shows before anything is written:
 * a file system that looks for space only when it syncs would lose what it has accepted.
 */
export class Segment implements AsyncDisposable {
  readonly file: StoreFile
  #spaceTo = 0

  constructor(file: StoreFile) {
    this.file = file
  }

  /** Somebody else has changed the file. */
  forgetSpace(): void {
    this.#spaceTo = 0
  }

  /**
   * Writes all of the bytes at the end, which is at `end`, and syncs them, or nothing.
   * @throws the system's error when there is no space; RT_WAL_POISONED when it is not known what is on disk
   */
  async commit(bytes: Buffer, end: number): Promise<void> {
    await this.#takeSpace(end, end + bytes.length)
    try {
      await writeAll(this.file, bytes)
    } catch (error) {
      if (!isFull(error)) throw await this.#poison(error, end)
      await this.#takeBack(end)
      throw error
    }
    await this.file.sync().catch(async (error: unknown) => {
      throw await this.#poison(error, end)
    })
  }

  /** Gives the space back that is not used, and syncs. @throws RT_WAL_POISONED */
  async seal(end: number): Promise<void> {
    await this.#takeBack(end)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file[Symbol.asyncDispose]()
  }

  async #takeSpace(from: number, to: number): Promise<void> {
    if (to <= this.#spaceTo) return
    const wanted = to - from + aheadBytes
    try {
      await this.file.preallocate(from, wanted)
      this.#spaceTo = from + wanted
    } catch (error) {
      if (!isFull(error)) throw error
      await this.file.preallocate(from, to - from)
      this.#spaceTo = to
    }
  }

  async #takeBack(end: number): Promise<void> {
    this.#spaceTo = 0
    try {
      await this.file.truncate(end)
      await this.file.sync()
    } catch (error) {
      throw poisoned(this.file.path, error)
    }
  }

  /** Nobody may build on what may not be on disk, though it can be read: it is cut off, and never tried again. */
  async #poison(cause: unknown, end: number): Promise<Error> {
    await this.file.truncate(end).catch(() => undefined)
    return poisoned(this.file.path, cause)
  }
}
