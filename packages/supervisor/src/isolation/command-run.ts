import { type CommandPlan, type Context, type Json, type Output, RuntimoError } from '@runtimo/capabilities'
import type { CommandThreads } from './command-threads.ts'
import type { Custody } from './custody.ts'
import { type Hold, letGo } from './hold.ts'
import type { Conclusion, JobRun } from './job-run.ts'
import { toStartError } from './launch-failure.ts'
import type { Exit } from './launcher.ts'

export interface CommandSpec {
  readonly name: string
  readonly context: Context
  readonly threads: CommandThreads
  /** What will hold it: on its way since the job was called. Undefined: nothing is to be started. */
  readonly hold: Hold | undefined
}

/** A program in a boundary of its own: planned and read in a thread, with nothing of ours inside. */
export class CommandRun implements JobRun {
  readonly #spec: CommandSpec
  #plan: CommandPlan | undefined
  #custody: Custody | undefined
  #exit: Exit | undefined
  #isOver = false
  #released: Promise<void> | undefined

  constructor(spec: CommandSpec) {
    this.#spec = spec
  }

  get custody(): Custody | undefined {
    return this.#custody
  }

  async start(): Promise<void> {
    const { hold } = this.#spec
    const boundary = await hold?.boundary
    if (hold === undefined || boundary === undefined) return
    if (this.#isOver) throw new RuntimoError('RT_CANCELLED', 'the job is over')
    this.#custody = hold.take(boundary)
  }

  async prepare(args: Json): Promise<number | undefined> {
    const { name, context, threads } = this.#spec
    this.#plan = await threads.plan(name, args, context)
    return this.#plan.timeoutMs
  }

  async execute(): Promise<void> {
    if (this.#plan === undefined) throw new RuntimoError('RT_INTERNAL', 'executed before it was planned')
    if (this.#custody === undefined) return
    const { argv, cwd, env, stdin } = this.#plan
    const { boundary, watch } = this.#custody
    await watch.ready
    try {
      await boundary.start({ argv, cwd, env })
      boundary.launcher.streams.stdin?.end(stdin ?? '')
      this.#exit = await boundary.ended
    } catch (error) {
      throw toStartError(error, this.#plan)
    }
  }

  async empty(): Promise<void> {
    await this.#custody?.empty()
  }

  async conclude(): Promise<Conclusion> {
    if (this.#custody === undefined) return this.#spec.context.dryRun ? this.#describe() : {}
    const { stdout, stderr, boundary } = this.#custody
    const exit = this.#exit ?? (await boundary.ended.catch(() => undefined))
    if (exit === undefined) return {} // it never began
    const { code, signal } = exit
    const result = { exitCode: code, signal, stdout: stdout.captured(), stderr: stderr.captured() }
    const output = await this.#spec.threads.parse(this.#spec.name, result)
    this.#custody.told(output)
    return output.success ? { output } : { output, error: toFailure(output, code, signal) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    this.#released ??= this.#release()
    await this.#released
  }

  async #release(): Promise<void> {
    if (this.#spec.hold !== undefined) await letGo(this.#spec.hold, this.#custody)
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
