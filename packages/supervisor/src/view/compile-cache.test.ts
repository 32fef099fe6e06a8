import process from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { compileCacheView } from './compile-cache.ts'
import { TempTree } from './tree-fixture.ts'

const own = process.geteuid?.() ?? 0
const name = `${process.version}-${process.arch}-abc`

describe('the compile cache', () => {
  test('of ours is read by a job with our uid', () => {
    using tree = cache({ [`${name}-${own}/x`]: '' })
    expect(compileCacheView(own, false)).toMatchObject({
      mounts: [{ source: tree.at(`${name}-${own}`), access: 'read', isIdMapped: false }],
      env: { NODE_COMPILE_CACHE: '/.runtimo/compile-cache' },
    })
  })

  test('is found by a job with another uid under its name, id-mapped', () => {
    using _ = cache({ [`${name}-${own}/x`]: '' })
    expect(compileCacheView(own + 7, true)?.mounts[0]).toMatchObject({
      target: `/.runtimo/compile-cache/${name}-${own + 7}`,
      isIdMapped: true,
    })
    expect(compileCacheView(own + 7, false)).toBeUndefined()
  })

  test('is not given where there is none for this Node', () => {
    using _ = cache({ [`v1.0.0-x64-abc-${own}/x`]: '' })
    expect(compileCacheView(own, false)).toBeUndefined()
    process.env['NODE_COMPILE_CACHE'] = '/missing'
    expect(compileCacheView(own, false)).toBeUndefined()
  })
})

function cache(content: Record<string, string>): TempTree {
  const before = process.env['NODE_COMPILE_CACHE']
  onTestFinished(() => {
    if (before === undefined) delete process.env['NODE_COMPILE_CACHE']
    else process.env['NODE_COMPILE_CACHE'] = before
  })
  const tree = new TempTree(content)
  process.env['NODE_COMPILE_CACHE'] = tree.path
  return tree
}
