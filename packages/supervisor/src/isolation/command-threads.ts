import {
  type CommandPlan,
  type CommandResult,
  type Context,
  type Json,
  type Output,
  RuntimoError,
} from '@runtimo/capabilities'
import { type ParseTask, type PlanAnswer, type PlanTask, threadEntry } from '@runtimo/worker'
import type { Piscina } from 'piscina'

/** Threads in which the built-in commands are validated, planned and read; only our own code runs there. */
export class CommandThreads implements AsyncDisposable {
  #pool: Promise<Piscina<PlanTask | ParseTask, unknown>> | undefined

  /** Starts the threads ahead of the first use. Where none can be started, the use is told. */
  warm(): void {
    this.#start().catch(() => undefined)
  }

  /** @throws RT_INVALID_ARGS */
  async plan(name: string, args: Json, context: Context): Promise<CommandPlan> {
    const answer = (await (await this.#start()).run({ kind: 'plan', name, args, context })) as PlanAnswer
    if ('plan' in answer) return answer.plan
    throw new RuntimoError(answer.refusal.code, answer.refusal.message, answer.refusal.details)
  }

  async parse(name: string, result: CommandResult): Promise<Output> {
    return (await (await this.#start()).run({ kind: 'parse', name, result })) as Output
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#pool?.catch(() => undefined))?.destroy()
  }

  /** @throws RT_START_FAILED; the next call tries again */
  async #start(): Promise<Piscina<PlanTask | ParseTask, unknown>> {
    this.#pool ??= startPool()
    try {
      return await this.#pool
    } catch (error) {
      this.#pool = undefined
      const message = `no thread can be started: ${error instanceof Error ? error.message : String(error)}`
      throw new RuntimoError('RT_START_FAILED', message, {}, { cause: error })
    }
  }
}

async function startPool(): Promise<Piscina<PlanTask | ParseTask, unknown>> {
  const { Piscina } = await import('piscina')
  const pool = new Piscina({
    filename: threadEntry,
    minThreads: 1,
    maxThreads: 2,
    idleTimeout: Infinity,
    resourceLimits: { maxYoungGenerationSizeMb: 4 }, // they live as long as we
  })
  pool.on('error', () => undefined) // a thread that cannot be started: its task is told
  return pool
}
