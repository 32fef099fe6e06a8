import { type Capability, type Json, RuntimoError } from '@runtimo/capabilities'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { argumentRules } from './argument-rules.ts'
import { fit } from './fit.ts'

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
    return fit(check, manifest.args, args)
  }
}

function compile(schema: object): ValidateFunction {
  try {
    return new Ajv2020(argumentRules).compile(schema)
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown reason'
    throw new RuntimoError('RT_INVALID_SCHEMA', `manifest.args cannot be compiled: ${message.slice(0, 2000)}`)
  }
}
