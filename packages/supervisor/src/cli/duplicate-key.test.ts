import { expect, test } from 'vitest'
import { findDuplicateKey } from './duplicate-key.ts'

test.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['[{"b":[{"c":{}, "c" : 1}]}]', 'c'],
  ['{"a":"{","b":"\\"","b":1}', 'b'],
])('%s has a key twice', (text, key) => {
  expect(findDuplicateKey(text)).toBe(key)
})

test.each(['{"a":{"a":1},"b":["a","a"]}', '"a"', '[{"a":1},{"a":1}]', '{"a":"\\"a\\":1,\\"a\\":2"}', 'null'])(
  '%s has none',
  (text) => {
    expect(findDuplicateKey(text)).toBeUndefined()
  },
)

test('a text of megabytes is read without a stack of its length', () => {
  expect(findDuplicateKey(JSON.stringify({ a: '\\"'.repeat(4_000_000) }))).toBeUndefined()
})
