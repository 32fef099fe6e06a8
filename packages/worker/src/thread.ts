import type { MessagePort } from 'node:worker_threads'
import type { CommandPlan, CommandResult, Context, Json, Output } from '@runtimo/capabilities'
import { type Refusal, type Request } from './protocol/messages.ts'
import { CommandHost } from './host/command.ts'
import { Host } from './host/serve.ts'

/** Serves one job over a port, until the port closes. */
export interface ServeTask {
  readonly kind: 'serve'
  readonly port: MessagePort
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
export default function run(task: ServeTask): Promise<void>
export default function run(task: PlanTask | ParseTask | ServeTask): unknown {
  switch (task.kind) {
    case 'plan':
      return commands.plan(task.name, task.args, task.context)
    case 'parse':
      return commands.parse(task.name, task.result)
    case 'serve':
      return serve(task.port)
  }
}

function serve(port: MessagePort): Promise<void> {
  const host = new Host({ send: (reply) => port.postMessage(reply) })
  return new Promise((resolve) => {
    port.on('message', (request: Request) => void host.handle(request))
    port.on('close', resolve)
  })
}
