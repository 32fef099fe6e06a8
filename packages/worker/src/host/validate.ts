import { type Capability, type Json, redact, RuntimoError, secretsOf } from '@runtimo/capabilities'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { describeMismatch } from './mismatch.ts'

/** Validates arguments; each schema is compiled once. */
export class Validator {
  readonly #compiled = new WeakMap<object, ValidateFunction>()

  /**
   * The arguments with the schema's defaults, if they fit. The schema may be hostile: foreign ones come
   * here only where it can be killed.
   * @throws RT_INVALID_ARGS, RT_INVALID_SCHEMA
   */
  validate({ manifest }: Capability, args: Json): Json {
    const check = this.#compiled.get(manifest) ?? compile(manifest.args)
    this.#compiled.set(manifest, check)
    if (isFitting(check, args)) return args
    const [first] = check.errors ?? []
    if (first === undefined) throw new RuntimoError('RT_INVALID_ARGS', 'the arguments do not fit the schema')
    const { pointer, expected, got } = describeMismatch(first, redact(args, secretsOf(manifest.args)))
    const place = pointer === '' ? 'arguments' : pointer
    const message = `${place}: expected ${expected}, got ${got}`
    throw new RuntimoError('RT_INVALID_ARGS', message, { pointer, expected, got })
  }
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

/** Strict mode finds what is wrong with a schema; compiling the schema of schemas would double the start. */
function compile(schema: object): ValidateFunction {
  try {
    const ajv = new Ajv2020({
      strict: true,
      strictRequired: false,
      useDefaults: true,
      verbose: true,
      meta: false,
      validateSchema: false,
      keywords: ['secret'],
    })
    return ajv.compile(schema)
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown reason'
    throw new RuntimoError('RT_INVALID_SCHEMA', `manifest.args cannot be compiled: ${message.slice(0, 2000)}`)
  }
}
