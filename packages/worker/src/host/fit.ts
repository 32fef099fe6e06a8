import { type Json, redact, RuntimoError, secretsOf } from '@runtimo/capabilities'
import type { ValidateFunction } from 'ajv'
import { describeMismatch } from './mismatch.ts'

/** The arguments with the schema's defaults, if they fit. @throws RT_INVALID_ARGS, RT_INVALID_SCHEMA */
export function fit(check: ValidateFunction, schema: Json, args: Json): Json {
  if (isFitting(check, args)) return args
  const [first] = check.errors ?? []
  if (first === undefined) throw new RuntimoError('RT_INVALID_ARGS', 'the arguments do not fit the schema')
  const { pointer, expected, got } = describeMismatch(first, redact(args, secretsOf(schema)))
  const place = pointer === '' ? 'arguments' : pointer
  const message = `${place}: expected ${expected}, got ${got}`
  throw new RuntimoError('RT_INVALID_ARGS', message, { pointer, expected, got })
}

/** A schema that refers to itself without an end overflows the stack: that is the schema's fault. */
function isFitting(check: ValidateFunction, args: Json): boolean {
  try {
    return check(args)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new RuntimoError('RT_INVALID_SCHEMA', `manifest.args has no end: ${error.message}`)
  }
}
