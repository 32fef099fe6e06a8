import {
  type Context,
  isJsonObject,
  type Json,
  type Manifest,
  type Output,
  RuntimoError,
} from '@runtimo/capabilities'
import type { Source } from '@runtimo/worker'
import type { Boundary } from './boundary.ts'
import type { Custody } from './custody.ts'
import type { Conclusion, JobRun } from './job-run.ts'
import { printedBy } from './printed.ts'
import type { WorkerChannel } from './worker-channel.ts'

export interface FunctionSpec {
  readonly source: Source
  readonly context: Context
  /** What will hold it, with a worker that waits: on its way since the job was called. */
  readonly boundary: Promise<Boundary> | undefined
  readonly take: (boundary: Boundary) => Custody
  /** Called when nothing is held any more. */
  readonly onDone: (boundary: Boundary | undefined, isKept: boolean) => void
  /** Looks at what the worker says of the module. @throws RuntimoError */
  readonly checkManifest: (manifest: Json) => Manifest
}

/** A function in a worker of its own: a child process, or a thread in a process that may be sacrificed. */
export class FunctionRun implements JobRun {
  readonly #spec: FunctionSpec
  #custody: Custody | undefined
  #value: Json | undefined

  constructor(spec: FunctionSpec) {
    this.#spec = spec
  }

  get custody(): Custody | undefined {
    return this.#custody
  }

  async start(): Promise<void> {
    const boundary = await this.#spec.boundary
    if (boundary === undefined) throw new RuntimoError('RT_INTERNAL', 'a function without a worker')
    this.#custody = this.#spec.take(boundary)
    await this.#custody.watch.ready
  }

  async prepare(args: Json): Promise<undefined> {
    const { source, context, checkManifest } = this.#spec
    const { jobId } = context
    const { manifest } = await this.#channel.request({ type: 'load', jobId, source }, 'loaded')
    checkManifest(manifest)
    await this.#channel.request({ type: 'validate', jobId, args }, 'validated')
  }

  async execute(): Promise<void> {
    const { context } = this.#spec
    const request = { type: 'execute', jobId: context.jobId, context } as const
    const { value } = await this.#channel.request(request, 'returned')
    this.#value = value
    this.#custody?.returned()
  }

  async conclude(): Promise<Conclusion> {
    const printed = this.#custody === undefined ? undefined : printedBy(this.#custody)
    return {
      ...(this.#value === undefined ? {} : { output: toOutput(this.#value) }),
      ...(printed === undefined ? {} : { printed }),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const boundary = await this.#spec.boundary?.catch(() => undefined)
    await (this.#custody ?? boundary)?.[Symbol.asyncDispose]()
    this.#spec.onDone(boundary, this.#custody?.isKept === true)
  }

  get #channel(): WorkerChannel {
    const channel = this.#custody?.boundary.worker?.channel
    if (channel === undefined) throw new RuntimoError('RT_INTERNAL', 'used before it was started')
    return channel
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
