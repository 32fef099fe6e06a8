import {
  type CommandCapability,
  type CommandResult,
  type Context,
  findBuiltin,
  isCommand,
  type Json,
  type Output,
} from '@runtimo/capabilities'
import type { ValidateFunction } from 'ajv'
import type { PlanAnswer } from '../thread.ts'
import * as validators from './command-validators.js'
import { fit } from './fit.ts'
import { toRefusal } from './refusal.ts'

// Made ahead by tools/validators.ts: a thread that only plans needs no compiler of schemas.
const checks: ReadonlyMap<string, ValidateFunction> = new Map(Object.entries(validators))

/** The pure halves of the built-in commands. */
export class CommandHost {
  plan(name: string, args: Json, context: Context): PlanAnswer {
    try {
      const { command, check } = findCommand(name)
      return { plan: command.plan(fit(check, command.manifest.args, args), context) }
    } catch (error) {
      return { refusal: toRefusal(error) }
    }
  }

  parse(name: string, result: CommandResult): Output {
    return findCommand(name).command.parse(result)
  }
}

function findCommand(name: string): { command: CommandCapability; check: ValidateFunction } {
  const command = findBuiltin(name)
  const check = checks.get(name)
  if (command !== undefined && check !== undefined && isCommand(command)) return { command, check }
  throw new TypeError(`no built-in command is named ${name}`)
}
