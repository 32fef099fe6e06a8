import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import type { WalOptions } from '../options/supervisor-options.ts'
import { isPoison, toWalError } from './append/failure.ts'
import { Log } from './append/log.ts'
import { Pruner } from './prune/pruner.ts'
import type { WalEvent } from './record.ts'
import { RealStore } from './store/real-store.ts'
import type { Store } from './store/store.ts'
import { Uninterrupted } from './store/uninterrupted.ts'

interface Pending {
  readonly event: WalEvent
  readonly resolve: (seq: number) => void
  readonly reject: (error: unknown) => void
}

/**
 * Appends records to a log that other processes may append to as well. An append resolves with its seq
 * once the sync that covers it is done; those that wait when a batch begins share one write and one sync.
 * With `exclusive` the log is this writer's from its first append until it is disposed: other writers, of whatever
 * kind, are refused with RT_WAL_LOCKED; it is refused itself when others have the log open and, within a second,
 * are not done.
 */
export class WalWriter implements AsyncDisposable {
  readonly path: string
  readonly #log: Log
  readonly #pruner: Pruner
  #queue: Pending[] = []
  #running: Promise<void> | undefined
  #pruning: Promise<void> | undefined
  #poison: RuntimoError | undefined
  readonly #warned = new Set<string>()
  /** Rotations after which ended segments were looked at. */
  #lookedAfter = -1

  /** Nothing is opened or made before the first append. */
  constructor(path: string, options: WalOptions & { readonly store?: Store } = {}) {
    this.path = path
    const store = new Uninterrupted(options.store ?? new RealStore())
    this.#log = new Log(path, options, store)
    this.#pruner = new Pruner(path, options, store)
  }

  /**
   * Rejects with an RT_WAL_… error; then the record is not in the log, or the log is poisoned.
   * @throws RT_WAL_FULL for `job_started` and `job_submitted` as soon as what is left of the disk is kept for the
   *   ends of jobs; RT_WAL_UNWRITABLE for a record of more than 1 MiB; RT_WAL_LOCKED with `holder`; RT_WAL_UNSAFE;
   *   RT_WAL_CORRUPT; RT_WAL_POISONED for good once a write or sync has failed
   */
  append(event: WalEvent): Promise<number> {
    const appended = new Promise<number>((resolve, reject) => {
      this.#queue.push({ event, resolve, reject })
    })
    this.#running ??= this.#drain()
    return appended
  }

  /**
   * For jobs that see the directory of the log: makes the files, if they are not there, for what is not there cannot be
   * hidden, and from now on no segment is ended, for a new one would not be hidden either. @throws RT_WAL_…
   */
  async prepare(): Promise<void> {
    while (this.#running !== undefined) await this.#running
    const preparing = this.#log.prepare()
    this.#running = preparing.then(undefined, () => undefined).then(() => this.#drain())
    await preparing.catch((error: unknown) => {
      throw toWalError(this.path, error)
    })
  }

  /** Waits for what is under way, then closes the files. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#running !== undefined || this.#pruning !== undefined)
      await Promise.all([this.#running, this.#pruning])
    await this.#log[Symbol.asyncDispose]()
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // Everything that the callers of this turn append shares the batch.
      await Promise.resolve()
      const batch = this.#queue
      this.#queue = []
      await this.#write(batch)
    }
    this.#running = undefined
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    try {
      if (this.#poison !== undefined) throw this.#poison
      const outcomes = await this.#log.write(batch.map(({ event }) => event))
      this.#queue = [...batch.slice(outcomes.length), ...this.#queue]
      for (const [index, outcome] of outcomes.entries()) {
        if (typeof outcome === 'number') batch[index]?.resolve(outcome)
        else batch[index]?.reject(outcome)
      }
      this.#prune()
    } catch (error) {
      const failure = toWalError(this.path, error)
      if (isPoison(failure)) this.#poison = failure
      for (const { reject } of batch) reject(failure)
    }
  }

  /** In the background, once in the beginning and after each rotation. */
  #prune(): void {
    if (this.#lookedAfter !== this.#log.rotations) this.#pruning ??= this.#pruneUntilDone()
  }

  async #pruneUntilDone(): Promise<void> {
    while (this.#lookedAfter !== this.#log.rotations) {
      this.#lookedAfter = this.#log.rotations
      // No append is to fail for it; it is tried again after the next rotation.
      const problem = await this.#pruner
        .prune((event) => this.append(event))
        .then(
          (damaged) => damaged && `${damaged} is damaged: neither it nor what comes after it is pruned`,
          (error: unknown) => `ended segments are not pruned: ${String(error)}`,
        )
      if (problem !== undefined) this.#warn(`${problem}; see \`runtimo wal verify\``)
    }
    this.#pruning = undefined
  }

  /** The same once. */
  #warn(text: string): void {
    if (this.#warned.has(text)) return
    this.#warned.add(text)
    process.emitWarning(`${this.path}: ${text}`, 'RuntimoWarning')
  }
}
