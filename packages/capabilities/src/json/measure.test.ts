import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measureJson } from './measure.ts'

const limits = { maxBytes: 1_048_576 }

test('the size is that of JSON.stringify to the byte, for any JSON', () => {
  const hostile = fc.string({ unit: 'binary', maxLength: 40 })
  const value = fc.jsonValue({ stringUnit: 'binary' })
  fc.assert(
    fc.property(fc.oneof(value, hostile, fc.dictionary(hostile, value)), (json) => {
      fc.pre(!/"(__proto__|constructor)":/u.test(JSON.stringify(json)))
      expect(measureJson(json, limits)).toBe(Buffer.byteLength(JSON.stringify(json)))
    }),
  )
})

test('the limit is exact to the byte', () => {
  const exact = { text: 'é'.repeat(500) }
  const size = Buffer.byteLength(JSON.stringify(exact))
  expect(measureJson(exact, { maxBytes: size })).toBe(size)
  expect(measureJson(exact, { maxBytes: size - 1 })).toMatchObject({ kind: 'too_large' })
})

test('a property that is undefined is left out, as JSON.stringify leaves it out', () => {
  expect(measureJson({ a: undefined, b: 1, c: undefined, d: 2 }, limits)).toBe('{"b":1,"d":2}'.length)
})

test.each([
  ['a function', { a: { b: () => 1 } }, '/a/b', 'function'],
  ['a bigint', { a: [1n] }, '/a/0', 'bigint'],
  ['NaN', [Number.NaN], '/0', 'NaN'],
  ['a Date', { 'x/y': new Date(0) }, '/x~1y', 'Date'],
  ['a Map', { m: new Map() }, '/m', 'Map'],
  ['undefined itself', undefined, '', 'undefined'],
])('%s is no JSON, and the pointer says where', (_name, value, pointer, got) => {
  expect(measureJson(value, limits)).toEqual({ kind: 'not_json', pointer, got })
})

test('a cycle and 100,000 levels end at the depth limit, without overflow', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  expect(measureJson(cycle, limits)).toMatchObject({ kind: 'too_deep' })
  const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))
  expect(measureJson(deep, limits)).toMatchObject({ kind: 'too_deep' })
})

test('keys that reach a prototype are refused', () => {
  expect(measureJson(JSON.parse('{"a":{"__proto__":{"x":1}}}'), limits)).toMatchObject({
    kind: 'forbidden_key',
    pointer: '/a/__proto__',
  })
  expect(measureJson({ constructor: { prototype: {} } }, limits)).toMatchObject({ kind: 'forbidden_key' })
  expect(measureJson({ constructor: 'a builder' }, limits)).toBe(27)
})
