import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import type { CommandPlan, CommandResult, Context, Json, Output } from '@runtimo/capabilities'
import { type Refusal, type Request } from './protocol/messages.ts'
import { CommandHost } from './host/command.ts'

/** What a thread's host says when it has passed on what the thread said last: code in the thread has the same socket. */
export type Told = 'told'

/** Serves one job over a port, until the port closes. */
export interface ServeTask {
  readonly kind: 'serve'
  readonly port: MessagePort
}

/** Loads ahead what a job that is served needs. */
export interface WarmTask {
  readonly kind: 'warm'
}

/** Validates the arguments of a built-in command and plans it. */
export interface PlanTask {
  readonly kind: 'plan'
  readonly name: string
  readonly args: Json
  readonly context: Context
}

/** Turns what became of a built-in command into an output. */
export interface ParseTask {
  readonly kind: 'parse'
  readonly name: string
  readonly result: CommandResult
}

export type PlanAnswer = { readonly plan: CommandPlan } | { readonly refusal: Refusal }

// A thread serves many tasks: what it has compiled it keeps.
const commands = new CommandHost()

/** The entry of every piscina thread, in the supervisor (`plan`, `parse`) and in thread hosts (`serve`). */
export default function run(task: PlanTask): PlanAnswer
export default function run(task: ParseTask): Output
export default function run(task: ServeTask | WarmTask): Promise<void>
export default function run(task: PlanTask | ParseTask | ServeTask | WarmTask): unknown {
  switch (task.kind) {
    case 'plan':
      return commands.plan(task.name, task.args, task.context)
    case 'parse':
      return commands.parse(task.name, task.result)
    case 'serve':
      return serve(task.port)
    case 'warm':
      return warm()
  }
}

/** What runs functions is loaded for them only: it takes longer than to plan a command. */
async function serve(port: MessagePort): Promise<void> {
  const closed = once(port, 'close')
  const { Host } = await import('./host/serve.ts')
  let told = Promise.withResolvers<void>()
  const host = new Host({
    send: async (...replies) => {
      told = Promise.withResolvers<void>()
      for (const reply of replies) port.postMessage(reply)
      await told.promise
    },
  })
  port.on('message', (message: Request | Told) => {
    if (message === 'told') told.resolve()
    else void host.handle(message)
  })
  await closed
}

async function warm(): Promise<void> {
  const { Host } = await import('./host/serve.ts')
  await new Host({ send: () => undefined }).handle({ type: 'warm' })
}
