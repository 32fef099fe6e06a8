import type { Store, StoreFile } from '../store/store.ts'
import { occupy } from './holder.ts'
import { Segment } from './segment.ts'

/** The open files of a log. */
export class Files implements AsyncDisposable {
  readonly #path: string
  readonly #store: Store
  readonly #lock: StoreFile
  readonly #holder: StoreFile
  #segment: Segment

  private constructor(path: string, store: Store, segment: Segment, lock: StoreFile, holder: StoreFile) {
    this.#path = path
    this.#store = store
    this.#segment = segment
    this.#lock = lock
    this.#holder = holder
  }

  /** @throws RT_WAL_LOCKED, RT_WAL_UNSAFE, RT_WAL_UNWRITABLE */
  static async open(path: string, store: Store, isExclusive: boolean): Promise<Files> {
    await store.prepare(path)
    await using opened = new AsyncDisposableStack()
    const holder = opened.use(await store.open(`${path}.holder`))
    await occupy(holder, path, isExclusive)
    const segment = opened.use(new Segment(await store.open(path)))
    const lock = opened.use(await store.open(`${path}.lock`))
    // The names themselves must survive a power cut too.
    await store.syncDirectory(path)
    opened.move()
    return new Files(path, store, segment, lock, holder)
  }

  get segment(): Segment {
    return this.#segment
  }

  /** Makes a new active segment, after the one that is open was given another name. @throws RT_WAL_… */
  async openAnew(): Promise<void> {
    const segment = new Segment(await this.#store.open(this.#path))
    await this.#segment[Symbol.asyncDispose]()
    this.#segment = segment
    await this.#store.syncDirectory(this.#path)
  }

  async lock(): Promise<Disposable> {
    return await this.#lock.lock()
  }

  /** Whether the names still mean these files: a log that was moved away or removed is not written to unseen. */
  areCurrent(): boolean {
    return (
      this.#isNamed(this.#segment.file, this.#path) &&
      this.#isNamed(this.#lock, `${this.#path}.lock`) &&
      this.#isNamed(this.#holder, `${this.#path}.holder`)
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#segment[Symbol.asyncDispose]()
    await this.#lock[Symbol.asyncDispose]()
    await this.#holder[Symbol.asyncDispose]()
  }

  #isNamed(file: StoreFile, path: string): boolean {
    return this.#store.find(path)?.id === file.id
  }
}
