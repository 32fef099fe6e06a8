import { closeSync, openSync, writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { closeProcConnector, openProcConnector } from '../../linux/proc-connector.ts'
import { onExit } from '../../linux/exit-hooks.ts'
import { Counts } from './counts.ts'
import { fenceName } from './fence.ts'
import type { Lineage } from './lineage.ts'
import type { Answer, Question } from './question.ts'
import { type ListenerThread, startThread } from './start-thread.ts'

const PROOF_MS = 1000
const REPEAT_MS = 50

/** For tests, which want to see it overwhelmed. */
export interface ForkEventsOptions {
  /** Bytes; 16 MiB unless told. */
  readonly receiveBuffer?: number | undefined
  /** Whether its thread comes before all ordinary ones; true unless told. */
  readonly runsFirst?: boolean
}

/**
 * Knows every process that each child of this one started, from the kernel's own account of forks.
 * A child counts from its fork on, if that came after open(); one that nobody forgets is kept for a while.
 */
export class ForkEvents implements AsyncDisposable {
  readonly #connector: number
  readonly #worker: Worker
  readonly #threadName: number
  readonly #waiting = new Map<number, PromiseWithResolvers<Lineage>>()
  // The process would wait for the thread's read to time out.
  readonly #exitHook: Disposable
  /** Roots that were asked for, and not forgotten since. */
  readonly #known = new Set<number>()
  #counts: Counts | undefined
  #repeat: NodeJS.Timeout | undefined
  #asked = 0
  #failure: Error | undefined
  #closing: Promise<void> | undefined

  private constructor(connector: number, { worker, tid }: ListenerThread) {
    this.#connector = connector
    this.#worker = worker
    this.#threadName = openSync(`/proc/self/task/${tid}/comm`, 'w')
    worker.on('message', (answer: Answer) => this.#settle(answer))
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(new Error('the listener of fork events has ended')))
    worker.unref()
    this.#exitHook = onExit(() => void this.#stop())
  }

  /** Proves by doing: a fence has to come back through the kernel. */
  static async open(options: ForkEventsOptions = {}): Promise<ForkEvents | { readonly unavailable: string }> {
    const { receiveBuffer, runsFirst = true } = options
    let connector: number | undefined
    let events: ForkEvents | undefined
    try {
      connector = openProcConnector(receiveBuffer)
      const thread = await startThread({ connector, supervisor: process.pid }, runsFirst)
      events = new ForkEvents(connector, thread)
      if (await events.#isHeard()) return events
      await events[Symbol.asyncDispose]()
      return { unavailable: `no event came within ${PROOF_MS} ms` }
    } catch (error) {
      // The thread may have ended before it was heard.
      if (events !== undefined) await events[Symbol.asyncDispose]().catch(() => undefined)
      else if (connector !== undefined) closeProcConnector(connector)
      return { unavailable: error instanceof Error ? error.message : String(error) }
    }
  }

  /** Complete up to the moment of the call. Rejects when the listener has ended. */
  async lineage(root: number): Promise<Lineage> {
    const place = this.#known.has(root) ? this.#shareCounts().placeOf(root) : undefined
    this.#known.add(root)
    const question = { ask: 'lineage', id: ++this.#asked, root, names: true, slot: place?.slot } as const
    const lineage = await this.#ask(question)
    if (place !== undefined) place.isBound = true
    return lineage
  }

  /**
   * How many processes the lineage ever had up to the moment of the call, where that can be told without asking the
   * listener: of a root that was asked for twice, when no event is outstanding and none was lost.
   */
  countNow(root: number): number | undefined {
    return this.#failure === undefined ? this.#counts?.read(root) : undefined
  }

  /** Who of the lineage has not exited, and whether somebody may be missing; cheaper than with all the names. */
  async alive(root: number): Promise<Pick<Lineage, 'living' | 'lost'>> {
    return this.#ask({ ask: 'lineage', id: ++this.#asked, root, names: false })
  }

  forget(root: number): void {
    this.#known.delete(root)
    this.#counts?.release(root)
    if (this.#failure === undefined) this.#post({ ask: 'forget', id: ++this.#asked, root })
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #shareCounts(): Counts {
    if (this.#counts === undefined) {
      this.#counts = new Counts(this.#connector)
      this.#post({ ask: 'share', id: ++this.#asked, memory: this.#counts.memory })
    }
    return this.#counts
  }

  #ask(question: Question): Promise<Lineage> {
    if (this.#failure !== undefined) throw this.#failure
    const waiting = Promise.withResolvers<Lineage>()
    this.#waiting.set(question.id, waiting)
    this.#worker.ref()
    // An overflow may have swallowed the fence, and an answer may need a second one.
    this.#repeat ??= setInterval(() => this.#fence(), REPEAT_MS)
    this.#post(question)
    return waiting.promise
  }

  #post(question: Question): void {
    this.#worker.postMessage(question, [])
    this.#fence()
  }

  #settle({ id, lineage }: Answer): void {
    this.#waiting.get(id)?.resolve(lineage)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#rest()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
    this.#rest()
  }

  #rest(): void {
    clearInterval(this.#repeat)
    this.#repeat = undefined
    this.#worker.unref()
  }

  // The thread sleeps in read() until the next event: give it one.
  #fence(): void {
    try {
      writeSync(this.#threadName, fenceName(this.#asked))
    } catch {
      // It has ended, which is told by its own event.
    }
  }

  #stop(): Promise<number> {
    const ended = this.#worker.terminate()
    this.#fence()
    return ended
  }

  async #close(): Promise<void> {
    this.#exitHook[Symbol.dispose]()
    await this.#stop()
    closeSync(this.#threadName)
    closeProcConnector(this.#connector)
  }

  async #isHeard(): Promise<boolean> {
    const limit = new AbortController()
    const timeUp = setTimeout(PROOF_MS, false, { signal: limit.signal }).catch(() => false)
    const heard = this.lineage(0).then(() => true)
    const isHeard = await Promise.race([heard, timeUp])
    limit.abort()
    return isHeard
  }
}
