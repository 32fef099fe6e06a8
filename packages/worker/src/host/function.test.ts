import { readFileSync } from 'node:fs'
import { builtins, isCommand } from '@runtimo/capabilities'
import { expect, test } from 'vitest'
import { validatorsOf } from '../../../../tools/validators.ts'
import { argumentRules } from './argument-rules.ts'
import { findFunction } from './function.ts'

const functions = builtins.filter((capability) => !isCommand(capability))

test('the checks of our functions are those of their schemas', () => {
  const schemas = functions.map(({ manifest }) => [manifest.name, manifest.args] as const)
  const path = new URL('function-validators.js', import.meta.url).pathname
  const exports = schemas.map(([name]) => name)
  const text = validatorsOf({ path, $defs: Object.fromEntries(schemas), exports, rules: argumentRules })
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('each function of ours is there, and checks its arguments', () => {
  for (const capability of functions) {
    const found = findFunction(capability.manifest.name)
    expect(found.capability).toBe(capability)
    expect(() => found.fit({ typo: 1 })).toThrow(expect.objectContaining({ code: 'RT_INVALID_ARGS' }))
  }
})

test.each(['ShellExec', 'Nothing', 'constructor'])('%s is no function of ours', (name) => {
  expect(() => findFunction(name)).toThrow(expect.objectContaining({ code: 'RT_LOAD_FAILED' }))
})
