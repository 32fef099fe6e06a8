import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import { lockFile } from '../linux/flock.ts'
import { readBootId } from '../linux/identity.ts'
import { type Clock, encodeLine, hashLine, type Link } from './line.ts'
import { openPrivate, prepareDirectory } from './location.ts'
import type { WalEvent } from './record.ts'
import { repair } from './repair.ts'
import { readTail } from './tail.ts'

interface Pending {
  readonly event: WalEvent
  readonly resolve: (seq: number) => void
  readonly reject: (error: unknown) => void
}

interface Files {
  readonly log: FileHandle
  readonly lock: FileHandle
}

/**
 * Appends records to a log that other processes may append to as well. An append resolves with its seq
 * once the sync that covers it is done; those that wait when a batch begins share one write and one sync.
 */
export class WalWriter implements AsyncDisposable {
  readonly path: string
  readonly #bootId = readBootId()
  #files: Promise<Files> | undefined
  #queue: Pending[] = []
  #running: Promise<void> | undefined
  #poison: RuntimoError | undefined
  /** What we wrote last: while the file still ends there, nobody else has written. */
  #known: { readonly bytes: number; readonly next: Link } | undefined

  /** Nothing is opened or made before the first append. */
  constructor(path: string) {
    this.path = path
  }

  /** Rejects with an RT_WAL_… error; then the record is not in the log, or the log is poisoned. */
  append(event: WalEvent): Promise<number> {
    const appended = new Promise<number>((resolve, reject) => {
      this.#queue.push({ event, resolve, reject })
    })
    this.#running ??= this.#drain()
    return appended
  }

  /** Waits for what is under way, then closes the files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running
    await this.#close()
  }

  async #close(): Promise<void> {
    const files = await this.#files?.catch(() => undefined)
    this.#files = undefined
    this.#known = undefined
    await files?.log.close()
    await files?.lock.close()
  }

  /** Makes the files, if they are not there: what is not there cannot be hidden from a job. @throws RT_WAL_… */
  async prepare(): Promise<void> {
    await this.#openCurrent()
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // Everything that the callers of this turn append shares the batch.
      await Promise.resolve()
      const batch = this.#queue
      this.#queue = []
      try {
        const first = await this.#write(batch.map(({ event }) => event))
        for (const [index, { resolve }] of batch.entries()) resolve(first + index)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#running = undefined
  }

  /** The seq of the first event. */
  async #write(events: readonly WalEvent[]): Promise<number> {
    if (this.#poison !== undefined) throw this.#poison
    const { log, lock } = await this.#openCurrent()
    using held = new DisposableStack()
    held.use(await this.#hold(lock))
    const start = await this.#findEnd(log)
    const opening: WalEvent[] = start.next.seq === 1 ? [{ type: 'wal_opened' }] : []
    const { bytes, next } = this.#encode([...opening, ...events], start.next)
    await this.#commit(log, bytes)
    this.#known = { bytes: start.bytes + bytes.length, next }
    return start.next.seq + opening.length
  }

  /** The files that the paths name now: a log that was moved away or removed is not written to unseen. */
  async #openCurrent(): Promise<Files> {
    const files = await this.#open()
    if ((await isCurrent(files.log, this.path)) && (await isCurrent(files.lock, `${this.path}.lock`)))
      return files
    await this.#close()
    return await this.#open()
  }

  #open(): Promise<Files> {
    this.#files ??= openFiles(this.path)
    // A place that cannot be opened now may be mended before the next append.
    this.#files.catch(() => (this.#files = undefined))
    return this.#files
  }

  async #hold(lock: FileHandle): Promise<Disposable> {
    try {
      return await lockFile(lock.fd)
    } catch (error) {
      const message = `${this.path}.lock: ${error instanceof Error ? error.message : String(error)}`
      throw new RuntimoError('RT_WAL_UNWRITABLE', message, { path: this.path }, { cause: error })
    }
  }

  async #findEnd(log: FileHandle): Promise<{ readonly bytes: number; readonly next: Link }> {
    const { size } = await log.stat()
    if (this.#known?.bytes === size) return this.#known
    const tail = await readTail(log, this.path)
    if (tail.torn.length === 0) return tail
    await repair(log, this.path, tail)
    const event: WalEvent = { type: 'wal_repaired', offset: tail.bytes, torn_bytes: tail.torn.length }
    const { bytes, next } = this.#encode([event], tail.next)
    await this.#commit(log, bytes)
    return { bytes: tail.bytes + bytes.length, next }
  }

  #encode(events: readonly WalEvent[], start: Link): { readonly bytes: Buffer; readonly next: Link } {
    const clock: Clock = {
      ts: Math.floor(Date.now() / 1000),
      monoNs: Number(process.hrtime.bigint()),
      bootId: this.#bootId,
    }
    const lines: Buffer[] = []
    let next = start
    for (const event of events) {
      const line = encodeLine(event, next, clock)
      lines.push(line, Buffer.from('\n'))
      next = { seq: next.seq + 1, prev: hashLine(line) }
    }
    return { bytes: Buffer.concat(lines), next }
  }

  /** After a failed write or sync nobody knows what is on disk: the writer never tries again. */
  async #commit(log: FileHandle, bytes: Buffer): Promise<void> {
    try {
      const { bytesWritten } = await log.write(bytes)
      if (bytesWritten !== bytes.length) throw new Error(`wrote ${bytesWritten} of ${bytes.length} bytes`)
      await log.datasync()
    } catch (error) {
      const message = `${this.path}: ${error instanceof Error ? error.message : String(error)}`
      this.#poison = new RuntimoError('RT_WAL_POISONED', message, { path: this.path }, { cause: error })
      throw this.#poison
    }
  }
}

async function isCurrent(file: FileHandle, path: string): Promise<boolean> {
  const [opened, named] = await Promise.all([file.stat(), stat(path).catch(() => undefined)])
  return named?.ino === opened.ino && named.dev === opened.dev
}

async function openFiles(path: string): Promise<Files> {
  await prepareDirectory(path)
  const log = await openPrivate(path)
  try {
    const lock = await openPrivate(`${path}.lock`)
    await syncDirectory(path).catch(async (error: unknown) => {
      await lock.close()
      throw error
    })
    return { log, lock }
  } catch (error) {
    await log.close()
    throw error
  }
}

/** The file's name itself must survive a power cut too. */
async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(dirname(path), constants.O_RDONLY)
  await directory.sync()
}
