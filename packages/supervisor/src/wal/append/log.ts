import { RuntimoError } from '@runtimo/capabilities'
import type { WalOptions } from '../../options/supervisor-options.ts'
import type { WalEvent } from '../record.ts'
import type { Store } from '../store/store.ts'
import { type Batch, encodeBatch, type Outcome } from './batch.ts'
import { beginSegment, type End } from './begin-segment.ts'
import { isFull, poisoned, toWalError } from './failure.ts'
import { Files } from './files.ts'
import { Pin } from './pin.ts'
import { repair } from './repair.ts'
import { Reserve } from './reserve.ts'
import { endSegment } from './end-segment.ts'
import { survey } from './survey.ts'
import { readTail } from './tail.ts'

const defaultSegmentBytes = 67_108_864
const defaultReserveBytes = 1_048_576
/** Enough for the name of a file. */
const nameBytes = 4096
/** The files of a log are not exchanged more often while one of us looks. */
const maxChanges = 100

/** The log as one writer has it open: its active segment, its lock, its reserve. Not for two calls at a time. */
export class Log implements AsyncDisposable {
  /** How often this writer has ended a segment. */
  rotations = 0
  readonly #path: string
  readonly #store: Store
  readonly #isExclusive: boolean
  readonly #segmentBytes: number
  readonly #reserve: Reserve
  readonly #pin: Pin
  #files: Files | undefined
  /** What we wrote last: while the file still ends there, nobody else has written. */
  #known: End | undefined

  constructor(path: string, options: WalOptions, store: Store) {
    this.#path = path
    this.#store = store
    this.#isExclusive = options.exclusive ?? false
    this.#segmentBytes = options.segmentBytes ?? defaultSegmentBytes
    this.#pin = new Pin(`${path}.pin`, store)
    this.#reserve = new Reserve(`${path}.reserve`, options.reserveBytes ?? defaultReserveBytes, store)
  }

  /** Opens the files, makes those that are missing, and keeps the active segment. @throws RT_WAL_… */
  async prepare(): Promise<void> {
    using _ = await this.#hold()
    await this.#pin.hold()
    await this.#reserve.isWhole()
  }

  /**
   * Makes events durable in their order; what became of each of the first ones, as many as fit into a batch.
   * @throws RT_WAL_…; then none of them is in the log, or it is RT_WAL_POISONED
   */
  async write(events: readonly WalEvent[]): Promise<readonly Outcome[]> {
    using held = await this.#hold()
    const hasRoom = await this.#reserve.isWhole()
    let end = await this.#findEnd(held.files)
    const isLarge = hasRoom && end.bytes > this.#segmentBytes
    if (isLarge && (await this.#pin.isFree())) end = await this.#rotate(held.files, end)
    return await this.#commit(events, held.files, end, hasRoom)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
    await this.#pin[Symbol.asyncDispose]()
  }

  async #close(): Promise<void> {
    const files = this.#files
    this.#files = undefined
    this.#known = undefined
    await files?.[Symbol.asyncDispose]()
    await this.#reserve[Symbol.asyncDispose]()
  }

  /** The lock on the files that have the log's names now. */
  async #hold(): Promise<Disposable & { readonly files: Files }> {
    for (let changes = 0; changes < maxChanges; changes++) {
      const files = await this.#open()
      const lock = await files.lock().catch((error: unknown) => {
        throw toWalError(`${this.#path}.lock`, error)
      })
      if (files.areCurrent()) return { files, [Symbol.dispose]: () => lock[Symbol.dispose]() }
      lock[Symbol.dispose]()
      await this.#close()
    }
    const message = `${this.#path}: its files are exchanged again and again`
    throw new RuntimoError('RT_WAL_UNWRITABLE', message, { path: this.#path })
  }

  async #open(): Promise<Files> {
    if (this.#files !== undefined) return this.#files
    try {
      this.#files = await Files.open(this.#path, this.#store, this.#isExclusive)
    } catch (error) {
      if (!isFull(error) || !(await this.#reserve.release(nameBytes))) throw error
      this.#files = await Files.open(this.#path, this.#store, this.#isExclusive)
    }
    return this.#files
  }

  async #findEnd(files: Files): Promise<End> {
    const { file } = files.segment
    const bytes = file.size()
    if (bytes > 0 && this.#known?.bytes === bytes) return this.#known
    files.segment.forgetSpace()
    if (bytes === 0) return await beginSegment(this.#path, this.#store)
    // Somebody may have been killed before he synced what he wrote: nothing is built on that.
    await file.sync().catch((error: unknown) => {
      throw poisoned(this.#path, error)
    })
    const tail = await readTail(file)
    if (tail !== undefined) return { bytes, next: tail.next, opening: [] }
    return await this.#mend(files)
  }

  async #mend(files: Files): Promise<End> {
    const { file } = files.segment
    const found = await survey(file)
    if (found.next !== undefined && found.tornBytes === 0)
      return { bytes: found.bytes, next: found.next, opening: [] }
    await repair(file, found, this.#store)
    const start =
      found.next === undefined
        ? await beginSegment(this.#path, this.#store)
        : { bytes: found.bytes, next: found.next, opening: [] }
    const event: WalEvent = { type: 'wal_repaired', offset: found.bytes, torn_bytes: found.tornBytes }
    await this.#commit([event], files, start, true)
    return this.#known ?? start
  }

  async #rotate(files: Files, end: End): Promise<End> {
    if (!(await endSegment(files.segment, end.bytes, this.#store))) return end
    this.#known = undefined
    await files.openAnew()
    this.rotations++
    return await this.#findEnd(files)
  }

  /** New jobs are refused when space runs out; what else happens is recorded in what was kept for it. */
  async #commit(
    events: readonly WalEvent[],
    files: Files,
    end: End,
    hasRoom: boolean,
  ): Promise<readonly Outcome[]> {
    const encode = (refusal?: RuntimoError): Batch =>
      encodeBatch(events, { path: this.#path, bootId: this.#store.bootId, end }, (event) =>
        isNewJob(event) ? refusal : undefined,
      )
    let batch = encode(hasRoom ? undefined : this.#full())
    try {
      await this.#put(batch, files, end)
    } catch (error) {
      if (!isFull(error)) throw error
      batch = encode(this.#full(error))
      await this.#putFromReserve(batch, files, end)
    }
    return batch.outcomes
  }

  async #putFromReserve(batch: Batch, files: Files, end: End): Promise<void> {
    if (batch.bytes.length === 0) return
    while (await this.#reserve.release(batch.bytes.length)) {
      try {
        return await this.#put(batch, files, end)
      } catch (error) {
        if (!isFull(error)) throw error
      }
    }
    throw this.#full()
  }

  async #put({ bytes, next }: Batch, files: Files, end: End): Promise<void> {
    if (bytes.length === 0) return
    await files.segment.commit(bytes, end.bytes)
    this.#known = { bytes: end.bytes + bytes.length, next, opening: [] }
  }

  #full(cause?: unknown): RuntimoError {
    const message = `${this.#path}: no space is left on its disk but what is kept for the ends of jobs`
    return new RuntimoError('RT_WAL_FULL', message, { path: this.#path }, { cause })
  }
}

function isNewJob({ type }: WalEvent): boolean {
  return type === 'job_started' || type === 'job_submitted'
}
