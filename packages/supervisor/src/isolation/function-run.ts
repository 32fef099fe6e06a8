import {
  type Context,
  isJsonObject,
  type Json,
  type Manifest,
  type Output,
  RuntimoError,
} from '@runtimo/capabilities'
import { childEntry, type Source, threadHostEntry } from '@runtimo/worker'
import process from 'node:process'
import type { ForkEvents } from '../attribution/fork-events/fork-events.ts'
import { Boundary } from './boundary.ts'
import type { Conclusion, JobRun } from './job-run.ts'
import { nodeFlags } from './launch.ts'
import { printedBy } from './printed.ts'
import type { OutputChunk } from './stream-capture.ts'
import { WorkerChannel } from './worker-channel.ts'

export interface FunctionSpec {
  readonly name: string
  readonly source: Source
  readonly context: Context
  readonly level: 'thread' | 'process'
  readonly events: ForkEvents | undefined
  readonly onOutput: (chunk: OutputChunk) => void
  /** Looks at what the worker says of the module. @throws RuntimoError */
  readonly checkManifest: (manifest: Json) => Manifest
}

/** The two levels of a function: what is started, and which heap limit that entry sets. */
const levels = {
  process: { entry: childEntry, heapBytes: null },
  thread: { entry: threadHostEntry, heapBytes: 268_435_456 },
} as const

/** A function in a worker of its own: a child process, or a thread in a process that may be sacrificed. */
export class FunctionRun implements JobRun {
  readonly isWorker = true
  readonly #spec: FunctionSpec
  #boundary: Boundary | undefined
  #channel: WorkerChannel | undefined
  #value: Json | undefined

  constructor(spec: FunctionSpec) {
    this.#spec = spec
  }

  get boundary(): Boundary | undefined {
    return this.#boundary
  }

  async prepare(args: Json): Promise<undefined> {
    const channel = await this.#start()
    const { source, context, checkManifest } = this.#spec
    const { jobId } = context
    const { manifest } = await channel.request({ type: 'load', jobId, source }, 'loaded')
    checkManifest(manifest)
    await channel.request({ type: 'validate', jobId, args }, 'validated')
  }

  async execute(): Promise<void> {
    if (this.#channel === undefined) throw new RuntimoError('RT_INTERNAL', 'executed before it was prepared')
    const { context } = this.#spec
    const request = { type: 'execute', jobId: context.jobId, context } as const
    const { value } = await this.#channel.request(request, 'returned')
    this.#value = value
  }

  async conclude(): Promise<Conclusion> {
    const printed = this.#boundary === undefined ? undefined : printedBy(this.#boundary.launched)
    return {
      ...(this.#value === undefined ? {} : { output: toOutput(this.#value) }),
      ...(printed === undefined ? {} : { printed }),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel?.close()
    await this.#boundary?.[Symbol.asyncDispose]()
  }

  async #start(): Promise<WorkerChannel> {
    const { level, context, events, onOutput } = this.#spec
    const { entry, heapBytes } = levels[level]
    const cache = process.env['NODE_COMPILE_CACHE']
    const boundary = await Boundary.open(
      {
        argv: [process.execPath, ...nodeFlags(), entry],
        cwd: context.workingDir,
        // Our own code is compiled once, not once a worker.
        env: cache === undefined ? {} : { NODE_COMPILE_CACHE: cache },
        channel: true,
        onOutput,
      },
      events,
      level,
      heapBytes,
    )
    this.#boundary = boundary
    const socket = boundary.launched.channel
    if (socket === undefined) throw new RuntimoError('RT_START_FAILED', 'the worker has no channel')
    this.#channel = new WorkerChannel(socket, boundary.exited, level === 'thread')
    await this.#channel.ready()
    return this.#channel
  }
}

/** What was returned is the output itself when it has an output's members, else its data. */
function toOutput(value: Json): Output {
  if (!isJsonObject(value)) return { success: true, data: value }
  const { success, data, message, ...rest } = value
  const isOutput =
    typeof success === 'boolean' &&
    data !== undefined &&
    Object.keys(rest).length === 0 &&
    (message === undefined || message === null || typeof message === 'string')
  if (!isOutput) return { success: true, data: value }
  return { success, data, ...(typeof message === 'string' ? { message } : {}) }
}
