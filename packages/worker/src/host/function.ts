import {
  findBuiltin,
  type FunctionCapability,
  isCommand,
  type Json,
  RuntimoError,
} from '@runtimo/capabilities'
import type { ValidateFunction } from 'ajv'
import { fit } from './fit.ts'
import * as validators from './function-validators.js'

// Made ahead by tools/validators.ts: a worker that serves only ours needs no compiler of schemas.
const checks: ReadonlyMap<string, ValidateFunction> = new Map(Object.entries(validators))

/** One of ours that runs in a worker, and what makes arguments fit it. */
export interface BuiltinFunction {
  readonly capability: FunctionCapability
  /** The arguments with the schema's defaults. @throws RT_INVALID_ARGS */
  readonly fit: (args: Json) => Json
}

/** @throws RT_LOAD_FAILED */
export function findFunction(name: string): BuiltinFunction {
  const capability = findBuiltin(name)
  const check = checks.get(name)
  if (capability === undefined || isCommand(capability) || check === undefined) {
    throw new RuntimoError('RT_LOAD_FAILED', `no built-in function is named ${name}`)
  }
  return { capability, fit: (args) => fit(check, capability.manifest.args, args) }
}
