import type { Json, Manifest } from '@runtimo/capabilities'
import { expect, test } from 'vitest'
import { ManifestCheck } from './manifest-check.ts'

const manifests = new ManifestCheck()
const plain = { name: 'Given', description: 'x', args: {} }

function check(more: object): Manifest {
  const manifest: Json = JSON.parse(JSON.stringify({ ...plain, ...more }))
  return manifests.check(manifest, { name: 'Given' })
}

test('permissions are part of a manifest, and come out as they are', () => {
  const permissions = {
    read: ['.', '/usr/share'],
    write: [],
    network: 'none',
    env: ['LANG', '_x1'],
    limits: { cpuShare: 0.5, memoryBytes: 2_000_000, timeoutMs: 1, writtenBytes: 0 },
  }
  expect(check({ permissions })).toEqual({ ...plain, permissions })
})

test.each<[string, object, string]>([
  ['an unknown permission', { permissions: { raed: ['.'] } }, '/permissions/raed'],
  ['an unknown limit', { permissions: { limits: { memory: 1 } } }, '/permissions/limits/memory'],
  ['a path that is none', { permissions: { read: [1] } }, '/permissions/read/0'],
  ['an empty path', { permissions: { read: [''] } }, '/permissions/read/0'],
  ['a path with NUL', { permissions: { write: ['a\0b'] } }, '/permissions/write/0'],
  ['a path and no list', { permissions: { write: '.' } }, '/permissions/write'],
  ['paths without end', { permissions: { read: Array(65).fill('a') } }, '/permissions/read'],
  ['the host network', { permissions: { network: 'host' } }, '/permissions/network'],
  ['a variable with its value', { permissions: { env: ['A=1'] } }, '/permissions/env/0'],
  ['half a process', { permissions: { limits: { processes: 1.5 } } }, '/permissions/limits/processes'],
  ['no share of a core', { permissions: { limits: { cpuShare: 0 } } }, '/permissions/limits/cpuShare'],
  ['a negative limit', { permissions: { limits: { writtenBytes: -1 } } }, '/permissions/limits/writtenBytes'],
  [
    'a limit beyond numbers',
    { permissions: { limits: { memoryBytes: 1e300 } } },
    '/permissions/limits/memoryBytes',
  ],
  ['permissions that are none', { permissions: null }, '/permissions'],
  ['a level that is none', { level: 'host' }, '/level'],
])('%s is refused by its place', (_name, more, pointer) => {
  expect(() => check(more)).toThrow(
    expect.objectContaining({ code: 'RT_INVALID_MANIFEST', details: expect.objectContaining({ pointer }) }),
  )
})

test.each([
  ['the manifest', '{"name":"Given","description":"x","args":{},"__proto__":{"level":"thread"}}'],
  [
    'its permissions',
    '{"name":"Given","description":"x","args":{},"permissions":{"__proto__":{"write":["/"]}}}',
  ],
  [
    'its limits',
    '{"name":"Given","description":"x","args":{},"permissions":{"limits":{"constructor":{"prototype":{}}}}}',
  ],
  [
    'the schema of its arguments',
    '{"name":"Given","description":"x","args":{"properties":{"__proto__":{}}}}',
  ],
  ['a constructor as a member', '{"name":"Given","description":"x","args":{},"constructor":1}'],
])('keys that reach a prototype are refused: %s', (_name, text) => {
  // What a careless copy would do with it.
  expect(Object.hasOwn(JSON.parse(text), 'name')).toBe(true)
  expect(() => manifests.check(JSON.parse(text), { name: 'Given' })).toThrow(
    expect.objectContaining({ code: 'RT_INVALID_MANIFEST' }),
  )
})

test('a schema of 10 MB is refused by its size', () => {
  expect(() => check({ args: { description: 'x'.repeat(10_000_000) } })).toThrow('more than 1048576 bytes')
})

test.each([
  ['an exponential pattern', { properties: { a: { type: 'string', pattern: '^(a+)+$' } } }],
  ['a $ref to itself', { $ref: '#' }],
  ['a pattern that is none', { properties: { a: { pattern: '(' } } }],
  ['a keyword that is none', { __unknown: 1 }],
])('the schema of the arguments is only carried: %s', (_name, args) => {
  // A compiler would throw or hang; it is the worker that has one.
  expect(check({ args }).args).toEqual(args)
})
