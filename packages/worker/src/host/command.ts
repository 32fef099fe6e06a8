import {
  type CommandCapability,
  type CommandResult,
  type Context,
  findBuiltin,
  isCommand,
  type Json,
  type Output,
} from '@runtimo/capabilities'
import type { PlanAnswer } from '../thread.ts'
import { toRefusal } from './refusal.ts'
import { Validator } from './validate.ts'

/** The pure halves of the built-in commands. */
export class CommandHost {
  readonly #validator = new Validator()

  plan(name: string, args: Json, context: Context): PlanAnswer {
    try {
      const command = findCommand(name)
      return { plan: command.plan(this.#validator.validate(command, args), context) }
    } catch (error) {
      return { refusal: toRefusal(error) }
    }
  }

  parse(name: string, result: CommandResult): Output {
    return findCommand(name).parse(result)
  }
}

function findCommand(name: string): CommandCapability {
  const capability = findBuiltin(name)
  if (capability !== undefined && isCommand(capability)) return capability
  throw new TypeError(`no built-in command is named ${name}`)
}
