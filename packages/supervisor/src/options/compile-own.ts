import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js'

/** How schemas of our own are compiled, here and ahead. */
export const ownRules: Options = { strict: true, verbose: true, meta: false, validateSchema: false }

/** Compiles a schema of our own. Foreign ones are never compiled in this process. */
export function compileOwn(schema: object): ValidateFunction {
  return new Ajv2020(ownRules).compile(schema)
}
