import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

/** Compiles a schema of our own. Foreign ones are never compiled in this process. */
export function compileOwn(schema: object): ValidateFunction {
  return new Ajv2020({ strict: true, verbose: true, meta: false, validateSchema: false }).compile(schema)
}
