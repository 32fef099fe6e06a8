import type { Options } from 'ajv'

/**
 * How schemas of arguments are compiled, here and ahead. Strict mode finds what is wrong with a schema; compiling the
 * schema of schemas would double the start.
 */
export const argumentRules: Options = {
  strict: true,
  strictRequired: false,
  useDefaults: true,
  verbose: true,
  meta: false,
  validateSchema: false,
  keywords: ['secret'],
}
