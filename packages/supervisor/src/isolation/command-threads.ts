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

  /** Starts the threads ahead of the first use. */
  warm(): Promise<Piscina<PlanTask | ParseTask, unknown>> {
    this.#pool ??= startPool()
    return this.#pool
  }

  /** @throws RT_INVALID_ARGS */
  async plan(name: string, args: Json, context: Context): Promise<CommandPlan> {
    const answer = (await (await this.warm()).run({ kind: 'plan', name, args, context })) as PlanAnswer
    if ('plan' in answer) return answer.plan
    throw new RuntimoError(answer.refusal.code, answer.refusal.message, answer.refusal.details)
  }

  async parse(name: string, result: CommandResult): Promise<Output> {
    return (await (await this.warm()).run({ kind: 'parse', name, result })) as Output
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#pool)?.destroy()
  }
}

async function startPool(): Promise<Piscina<PlanTask | ParseTask, unknown>> {
  const { Piscina } = await import('piscina')
  return new Piscina({ filename: threadEntry, minThreads: 1, maxThreads: 2, idleTimeout: Infinity })
}
