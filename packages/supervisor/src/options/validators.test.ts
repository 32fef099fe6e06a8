import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { validatorModules, validatorsOf } from '../../../../tools/validators.ts'
import { ownRules } from './compile-own.ts'
import { type RunOptions, runOptionCheck } from './run-options.ts'
import { optionSchemas } from './schemas.ts'
import { supervisorOptionCheck } from './supervisor-options.ts'
import { runOptions, supervisorOptions } from './validators.js'

test.for(validatorModules.map((one) => [basename(one.path), one] as const))(
  '%s is what ajv makes of our schemas',
  ([, one]) => expect(readFileSync(one.path, 'utf8')).toBe(validatorsOf(one)),
)

test('what was made ahead judges as ajv does here', () => {
  const ajv = new Ajv2020(ownRules).addSchema({ $id: 'own', ...optionSchemas })
  const kinds = { runOptions, supervisorOptions }
  const value = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.string(),
    fc.array(fc.string(), { maxLength: 3 }),
  )
  for (const [name, made] of Object.entries(kinds)) {
    const check = ajv.getSchema(`own#/$defs/${name}`)
    const keys = Object.keys(Object(Reflect.get(optionSchemas.$defs[name] ?? {}, 'properties')))
    const inner = fc.dictionary(
      fc.constantFrom('maxBytes', 'timeoutMs', 'cpuShare', 'uid', 'env', 'dir'),
      value,
    )
    const options = fc.dictionary(fc.constantFrom(...keys, 'other'), fc.oneof(value, inner))
    const agrees = fc.property(options, (given) => made(given) === check?.(given))
    expect(fc.check(agrees).counterexample).toBeNull()
  }
})

const refusals: readonly (readonly [object, string])[] = [
  [
    { policy: { limits: { memoryBytez: 1 } } },
    'policy.limits.memoryBytez: expected only known properties (did you mean memoryBytes?), got 1',
  ],
  [{ policy: { require: { uid: -1 } } }, 'policy.require.uid: expected >= 0, got -1'],
  [{ files: { deny: [''] } }, 'files.deny.0: expected NOT have fewer than 1 characters, got ""'],
  [{ tenants: 'a' }, 'tenants: expected only known properties (did you mean tenant?), got "a"'],
]

test.for(refusals)('%o is refused by its name, with what was probably meant', ([options, message]) => {
  expect(() => supervisorOptionCheck().check(options)).toThrow(message)
})

test('an option of a job that is no JSON is refused by its kind', () => {
  const options: object = { timeoutMs: 5, signal: 'now' }
  const check = (): RunOptions => runOptionCheck().check(options)
  expect(check).toThrow('signal: expected an AbortSignal, got string')
})
