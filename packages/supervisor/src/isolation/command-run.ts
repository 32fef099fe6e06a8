import { type CommandPlan, type Context, type Json, type Output, RuntimoError } from '@runtimo/capabilities'
import type { ForkEvents } from '../attribution/fork-events/fork-events.ts'
import { Boundary } from './boundary.ts'
import type { CommandThreads } from './command-threads.ts'
import type { Conclusion, JobRun } from './job-run.ts'
import type { Exit } from './launch.ts'
import type { OutputChunk } from './stream-capture.ts'

export interface CommandSpec {
  readonly name: string
  readonly context: Context
  readonly threads: CommandThreads
  readonly events: ForkEvents | undefined
  readonly onOutput: (chunk: OutputChunk) => void
}

/** A program in a process of its own: planned and read in a thread, with nothing of ours inside. */
export class CommandRun implements JobRun {
  readonly isWorker = false
  readonly #spec: CommandSpec
  #plan: CommandPlan | undefined
  #boundary: Boundary | undefined
  #exit: Exit | undefined

  constructor(spec: CommandSpec) {
    this.#spec = spec
  }

  get boundary(): Boundary | undefined {
    return this.#boundary
  }

  async prepare(args: Json): Promise<number | undefined> {
    const { name, context, threads } = this.#spec
    this.#plan = await threads.plan(name, args, context)
    return this.#plan.timeoutMs
  }

  async execute(): Promise<void> {
    if (this.#plan === undefined) throw new RuntimoError('RT_INTERNAL', 'executed before it was planned')
    if (this.#spec.context.dryRun) return
    const { argv, cwd, env, stdin } = this.#plan
    const { events, onOutput } = this.#spec
    const spec = { argv, cwd, env, channel: false, onOutput, ...(stdin === undefined ? {} : { stdin }) }
    this.#boundary = await Boundary.open(spec, events, 'process')
    this.#exit = await this.#boundary.exited
  }

  async conclude(): Promise<Conclusion> {
    if (this.#boundary === undefined) return this.#spec.context.dryRun ? this.#describe() : {}
    const { name, threads } = this.#spec
    const { stdout, stderr, exited } = this.#boundary.launched
    const { code, signal } = this.#exit ?? (await exited)
    const result = { exitCode: code, signal, stdout: stdout.captured(), stderr: stderr.captured() }
    const output = await threads.parse(name, result)
    return output.success ? { output } : { output, error: toFailure(output, result.exitCode, result.signal) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#boundary?.[Symbol.asyncDispose]()
  }

  #describe(): Conclusion {
    if (this.#plan === undefined) return {}
    const { argv, cwd } = this.#plan
    return { output: { success: true, data: { argv, cwd }, message: 'Dry run: nothing was started' } }
  }
}

function toFailure({ message }: Output, exitCode: number | null, signal: string | null): RuntimoError {
  return new RuntimoError('RT_COMMAND_FAILED', message ?? 'the command failed', {
    exit_code: exitCode,
    signal,
  })
}
