import {
  type Context,
  type FileAccess,
  isJsonObject,
  type Json,
  type Output,
  RuntimoError,
} from '@runtimo/capabilities'
import type { Source } from '@runtimo/worker'
import type { Custody } from './custody.ts'
import { type Hold, letGo } from './hold.ts'
import type { Conclusion, JobRun } from './job-run.ts'
import { printedBy } from './printed.ts'
import type { Worker } from './worker.ts'

export interface FunctionSpec {
  readonly source: Source
  readonly context: Context
  /** For file capabilities of ours; foreign code never gets it. */
  readonly access?: FileAccess
  /** What will hold it, with a worker that waits: on its way since the job was called. */
  readonly hold: Hold
  /** Looks at what the worker says of the module. Another hold: the module is to run in that. @throws RuntimoError */
  readonly settle: (manifest: Json) => Promise<Hold | undefined>
}

/** A function in a worker of its own: a child process, or a thread in a process that may be sacrificed. */
export class FunctionRun implements JobRun {
  readonly #spec: FunctionSpec
  #hold: Hold
  #custody: Custody | undefined
  #output: Output | undefined
  #preparing: Promise<void> | undefined
  #stages: ReturnType<Worker['run']> | undefined
  #isOver = false
  #released: Promise<void> | undefined

  constructor(spec: FunctionSpec) {
    this.#spec = spec
    this.#hold = spec.hold
  }

  get custody(): Custody | undefined {
    return this.#custody
  }

  async start(): Promise<void> {
    const boundary = await this.#hold.boundary
    if (this.#isOver) throw over()
    this.#custody = this.#hold.take(boundary)
    await this.#custody.watch.ready
  }

  async prepare(args: Json): Promise<undefined> {
    this.#preparing = this.#prepare(args)
    await this.#preparing
  }

  /** Also what is still on its way: nothing of the job begins after its end. */
  async empty(): Promise<void> {
    this.#isOver = true
    await this.#custody?.empty()
    await this.#preparing?.catch(() => undefined)
    await this.#custody?.empty()
  }

  async execute(): Promise<void> {
    if (this.#stages === undefined) throw unstarted()
    const { value } = await this.#stages.returned
    this.#output = toOutput(value)
    this.#custody?.returned()
    this.#custody?.told(this.#output)
  }

  async conclude(): Promise<Conclusion> {
    const printed = this.#custody === undefined ? undefined : printedBy(this.#custody)
    return {
      ...(this.#output === undefined ? {} : { output: this.#output }),
      ...(printed === undefined ? {} : { printed }),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    this.#released ??= this.#release()
    await this.#released
  }

  async #release(): Promise<void> {
    if (this.#custody?.isKept !== true) await this.empty().catch(() => undefined)
    await letGo(this.#hold, this.#custody)
  }

  async #prepare(args: Json): Promise<void> {
    const { source, context, access } = this.#spec
    const work = { jobId: context.jobId, args, context, ...(access === undefined ? {} : { access }) }
    // Of ours the manifest is known.
    const isServed = source.kind === 'builtin' && this.#custody?.boundary.spec.worker?.isReused === true
    if (!isServed) await this.#settle()
    this.#stages = isServed ? this.#worker.serve(source.name, work) : this.#worker.run(work)
    await this.#stages.validated
  }

  /** The module is loaded, and what it says of itself decides what holds it. */
  async #settle(): Promise<void> {
    const narrower = await this.#spec.settle(await this.#load())
    if (narrower === undefined) return
    await letGo(this.#hold, this.#custody)
    this.#custody = undefined
    this.#hold = narrower
    await this.start()
    // The same files must say the same again.
    await this.#spec.settle(await this.#load())
  }

  async #load(): Promise<Json> {
    const { source, context } = this.#spec
    const request = { type: 'load', jobId: context.jobId, source } as const
    const [loaded] = this.#worker.channel.request(request, ['loaded'])
    return (await loaded).manifest
  }

  get #worker(): Worker {
    if (this.#isOver) throw over()
    const worker = this.#custody?.boundary.worker
    if (worker === undefined) throw unstarted()
    return worker
  }
}

function unstarted(): RuntimoError {
  return new RuntimoError('RT_INTERNAL', 'used before it was started')
}

function over(): RuntimoError {
  return new RuntimoError('RT_CANCELLED', 'the job is over')
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
