import { type Capability, type Json, RuntimoError } from '@runtimo/capabilities'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describeMismatch } from './mismatch.ts'

/**
 * The arguments with the schema's defaults, if they fit. The schema may be hostile: this runs only
 * where it can be killed.
 */
export function validate(capability: Capability, args: Json): Json {
  const check = compile(capability.manifest.args)
  if (check(args)) return args
  const [first] = check.errors ?? []
  if (first === undefined) throw new RuntimoError('RT_INVALID_ARGS', 'the arguments do not fit the schema')
  const { pointer, expected, got } = describeMismatch(first, args)
  const place = pointer === '' ? 'arguments' : pointer
  throw new RuntimoError('RT_INVALID_ARGS', `${place}: expected ${expected}, got ${got}`, {
    pointer,
    expected,
    got,
  })
}

function compile(schema: object): ReturnType<Ajv2020['compile']> {
  try {
    const ajv = new Ajv2020({
      strict: true,
      verbose: true,
      strictRequired: false,
      useDefaults: true,
      keywords: ['secret'],
    })
    return ajv.compile(schema)
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown reason'
    throw new RuntimoError('RT_INVALID_SCHEMA', `manifest.args cannot be compiled: ${message.slice(0, 2000)}`)
  }
}
