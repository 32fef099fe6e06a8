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

interface Waiting {
  readonly types: readonly Reply['type'][]
  readonly jobId: string | undefined
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: RuntimoError) => void
}

/** What a worker still had in the pipe when it ended is read for so long. */
const lastWordsMs = 200

/**
 * Our end of the socket to a worker. Every frame is bounded, checked, and must be the answer that is
 * waited for, to this very job: anything else is a violation, after which nothing more is read.
 */
export class WorkerChannel {
  readonly #socket: Duplex
  /** Only a thread's host may say that the thread has ended: a process says so by ending. */
  readonly #hasThread: boolean
  readonly #frames = new FrameReader(maxReplyBytes)
  #waiting: Waiting | undefined
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
    await this.#wait(['ready'], undefined)
  }

  /** The answer to a request: of one of these types, or the worker's refusal as an error. */
  async request<T extends Reply['type']>(request: Request, type: T): Promise<Extract<Reply, { type: T }>> {
    const ended = this.#hasThread ? (['ended'] as const) : []
    const answered = this.#wait([type, 'refused', ...ended], request.jobId)
    this.#socket.write(encodeFrame(request))
    const reply = await answered
    if (isOfType(reply, type)) return reply
    throw toError(reply)
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

  #wait(types: readonly Reply['type'][], jobId: string | undefined): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    if (this.#failure === undefined) this.#waiting = { types, jobId, resolve, reject }
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
    const waiting = this.#waiting
    if (waiting === undefined || !waiting.types.includes(reply.type)) {
      return this.#violate(`'${reply.type}' when it was not asked for`)
    }
    if (reply.type !== 'ready' && reply.jobId !== waiting.jobId) {
      return this.#violate(`'${reply.type}' in the name of another job`)
    }
    this.#waiting = undefined
    waiting.resolve(reply)
  }

  #violate(what: string): void {
    this.#fail(new RuntimoError('RT_PROTOCOL_VIOLATION', `the worker sent ${what}`, { violation: what }))
  }

  #fail(error: RuntimoError): void {
    this.#failure ??= error
    this.#socket.destroy()
    this.#waiting?.reject(this.#failure)
    this.#waiting = undefined
  }
}

function isOfType<T extends Reply['type']>(reply: Reply, type: T): reply is Extract<Reply, { type: T }> {
  return reply.type === type
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
