import type { Manifest } from '@runtimo/capabilities'
import { expect, test } from 'vitest'
import { ManifestCache } from './manifest-cache.ts'

function manifest(description = 'x'): Manifest {
  return { name: 'Given', description, args: { type: 'object' } }
}

test('a manifest is known by the files that gave it', () => {
  const cache = new ManifestCache()
  cache.agree('sha256:a', manifest())
  expect(cache.find('sha256:a')).toEqual(manifest())
  expect(cache.find('sha256:b')).toBeUndefined()
  cache.agree('sha256:a', manifest())
})

test('files that say one thing now and another then are refused, and forgotten', () => {
  const cache = new ManifestCache()
  cache.agree('sha256:a', manifest())
  expect(() => cache.agree('sha256:a', { ...manifest(), permissions: { write: ['.'] } })).toThrow(
    'the one that the same files gave before',
  )
  expect(cache.find('sha256:a')).toBeUndefined()
})

test('what was not asked for the longest goes first, by number and by size', () => {
  const cache = new ManifestCache()
  for (let i = 0; i < 256; i++) cache.agree(`sha256:${i}`, manifest())
  cache.find('sha256:0')
  cache.agree('sha256:more', manifest())
  expect([cache.find('sha256:0'), cache.find('sha256:1')]).toEqual([manifest(), undefined])

  const large = manifest('x'.repeat(1_000_000))
  for (let i = 0; i < 20; i++) cache.agree(`large:${i}`, large)
  const kept = Array.from({ length: 20 }, (_, i) => cache.find(`large:${i}`)).filter(Boolean)
  expect(kept.length).toBe(16)
})
