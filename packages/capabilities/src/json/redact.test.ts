import { expect, test } from 'vitest'
import { redact, scrub, secretsOf, secretTexts } from './redact.ts'

const schema = {
  type: 'object',
  properties: {
    user: { type: 'string' },
    password: { type: 'string', secret: true },
    headers: { type: 'object', additionalProperties: { type: 'string', secret: true } },
    nested: { type: 'array', items: { type: 'object', properties: { token: { secret: true } } } },
  },
}

test('what the schema marks is replaced, at any depth; the rest stays', () => {
  const args = {
    user: 'ann',
    password: 'hunter2!',
    headers: { authorization: 'Bearer abc' },
    nested: [{ token: { deep: 'x' }, other: 1 }],
  }
  expect(redact(args, secretsOf(schema))).toEqual({
    user: 'ann',
    password: '[redacted]',
    headers: '[redacted]',
    nested: [{ token: '[redacted]', other: 1 }],
  })
})

test.each([
  ['the arguments as a whole', { secret: true }],
  [
    'a definition that is referred to',
    { $defs: { word: { secret: true } }, properties: { a: { $ref: '#/$defs/word' } } },
  ],
  ['names that only a pattern tells', { patternProperties: { '^x': { secret: true } } }],
])('%s: everything is replaced, for no name can be told', (_title, marked) => {
  expect(redact({ a: 'hunter2!', x1: 'hunter2!' }, secretsOf(marked))).toBe('[redacted]')
})

test('a property that is called secret is no mark', () => {
  expect(secretsOf({ properties: { secret: { type: 'string' } } })).toEqual(new Set())
  expect(secretsOf({ properties: { secret: true } })).toEqual(new Set())
})

test('a secret that comes back in what a job prints is taken out; short words are left', () => {
  const secrets = secretsOf(schema)
  const texts = secretTexts({ password: 'hunter2-hunter2', headers: { a: 'no' } }, secrets)
  expect(scrub({ stdout: 'login hunter2-hunter2 ok, no more', 'hunter2-hunter2': [1] }, texts)).toEqual({
    stdout: 'login [redacted] ok, no more',
    '[redacted]': [1],
  })
})
