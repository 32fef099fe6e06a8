import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { RuntimoError } from '@runtimo/capabilities'
import {
  encodeFrame,
  FrameReader,
  maxReplyBytes,
  parseReply,
  type Reply,
  type Request,
} from '@runtimo/worker'
import type { Exit } from './launcher.ts'

interface Awaited {
  readonly type: Reply['type']
  readonly jobId: string | undefined
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: RuntimoError) => void
}

type JobRequest = Exclude<Request, { type: 'warm' }>

/** The answers to one request, in their order. */
type Answers<T extends readonly Reply['type'][]> = { [K in keyof T]: Promise<Extract<Reply, { type: T[K] }>> }

/** What a worker still had in the pipe when it ended is read for so long. */
const lastWordsMs = 200

/**
 * Our end of the socket to a worker. Every frame is bounded, checked, and must be the answer that comes
 * next, to this very job: anything else is a violation, after which nothing more is read.
 */
export class WorkerChannel {
  readonly #socket: Duplex
  /** Only a thread's host may say that the thread has ended: a process says so by ending. */
  readonly #hasThread: boolean
  readonly #frames = new FrameReader(maxReplyBytes)
  #awaited: Awaited[] = []
  #failure: RuntimoError | undefined
  #received = 0

  constructor(socket: Duplex, exited: Promise<Exit>, hasThread: boolean) {
    this.#hasThread = hasThread
    this.#socket = socket
    const closed = new Promise<void>((resolve) => socket.once('close', resolve))
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => undefined) // a broken pipe: its end is told by the exit
    void this.#failAfter(exited, closed)
  }

  /** Resolves when the worker has started. */
  async ready(): Promise<void> {
    await this.#await('ready', undefined)
  }

  /** Resolves when the worker has what a foreign module needs. */
  async warm(): Promise<void> {
    const ready = this.#await('ready', undefined)
    this.#send({ type: 'warm' })
    await ready
  }

  /**
   * The answers to a request, one of each of these types, in this order. The worker's refusal, as an error, takes
   * the place of those that are still to come.
   */
  request<const T extends readonly Reply['type'][]>(request: JobRequest, types: T): Answers<T>
  request(request: JobRequest, types: readonly Reply['type'][]): Promise<Reply>[] {
    const answers = types.map((type) => this.#await(type, request.jobId))
    this.#send(request)
    return answers
  }

  /** Nothing can be asked any more. */
  get isBroken(): boolean {
    return this.#failure !== undefined
  }

  /** Messages that came so far. */
  get received(): number {
    return this.#received
  }

  close(): void {
    this.#socket.destroy()
  }

  async #failAfter(exited: Promise<Exit>, closed: Promise<void>): Promise<void> {
    // It never began when that rejects: whoever started it is told.
    const exit = await exited.catch(() => ({ code: null, signal: null }))
    await Promise.race([closed, sleep(lastWordsMs, undefined, { ref: false })])
    this.#fail(toCrash(exit))
  }

  #send(request: Request): void {
    this.#socket.write(encodeFrame(request))
  }

  #await(type: Reply['type'], jobId: string | undefined): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    promise.catch(() => undefined) // a job that was cut short waits for its answers no more
    if (this.#failure === undefined) this.#awaited.push({ type, jobId, resolve, reject })
    else reject(this.#failure)
    return promise
  }

  #read(chunk: Buffer): void {
    if (this.#failure !== undefined) return
    try {
      for (const body of this.#frames.push(chunk)) {
        this.#received++
        this.#accept(body)
      }
    } catch (error) {
      this.#violate(error instanceof RangeError ? error.message : 'a frame that cannot be read')
    }
  }

  #accept(body: Buffer): void {
    const reply = parseReply(body)
    if (typeof reply === 'string') return this.#violate(reply)
    const [next] = this.#awaited
    if (next === undefined || !this.#isAnswer(reply.type, next)) {
      return this.#violate(`'${reply.type}' when it was not asked for`)
    }
    if (reply.type !== 'ready' && reply.jobId !== next.jobId) {
      return this.#violate(`'${reply.type}' in the name of another job`)
    }
    if (reply.type === next.type) {
      this.#awaited.shift()
      return next.resolve(reply)
    }
    this.#reject(toError(reply))
  }

  /** What was asked for, or why it does not come. */
  #isAnswer(type: Reply['type'], next: Awaited): boolean {
    if (type === next.type) return true
    return next.type !== 'ready' && (type === 'refused' || (type === 'ended' && this.#hasThread))
  }

  #violate(what: string): void {
    this.#fail(new RuntimoError('RT_PROTOCOL_VIOLATION', `the worker sent ${what}`, { violation: what }))
  }

  #fail(error: RuntimoError): void {
    this.#failure ??= error
    this.#socket.destroy()
    this.#reject(this.#failure)
  }

  #reject(error: RuntimoError): void {
    for (const { reject } of this.#awaited.splice(0)) reject(error)
  }
}

function toError(reply: Reply): RuntimoError {
  if (reply.type === 'refused') {
    return new RuntimoError(reply.refusal.code, reply.refusal.message, reply.refusal.details)
  }
  if (reply.type === 'ended' && reply.reason === 'out_of_memory') {
    return new RuntimoError('RT_LIMIT_EXCEEDED', "the thread's heap was full", { limit: 'memory' })
  }
  return new RuntimoError('RT_CRASHED', 'the thread exited before it answered', {
    exit_code: null,
    signal: null,
  })
}

function toCrash({ code, signal }: Exit): RuntimoError {
  const how = signal === null ? `exited with code ${String(code)}` : `was ended by ${signal}`
  return new RuntimoError('RT_CRASHED', `the worker ${how} before it answered`, { exit_code: code, signal })
}
