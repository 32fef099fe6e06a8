import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Resolver } from './found.ts'
import { Judge } from './judge.ts'
import { walk } from './walk.ts'
import { lead, plant, ways } from './tree-fixture.ts'

describe.each(ways)('%s', (_way, resolvers) => {
  const options = { createParents: true }

  test('missing directories are made, as the umask has it, and named from the outermost', () => {
    const umask = process.umask(0o027)
    onTestFinished(() => void process.umask(umask))
    const tree = plant('work/link -> ../extra, work/dangling -> ../extra/new')
    expect(lead(tree, 'a/b/file', resolvers, options)).toEqual({
      path: 'work/a/b/file',
      created: ['work/a', 'work/a/b'],
    })
    expect(statSync(join(tree.work, 'a/b')).mode & 0o777).toBe(0o750)
    expect(existsSync(join(tree.work, 'a/b/file'))).toBe(false)
    expect(lead(tree, 'a/c/file', resolvers, options)).toMatchObject({ created: ['work/a/c'] })
    expect(lead(tree, 'link/d/file', resolvers, options)).toEqual({
      path: 'extra/d/file',
      created: ['extra/d'],
    })
    expect(lead(tree, 'dangling/file', resolvers, options)).toMatchObject({ created: ['extra/new'] })
  })

  test.each([
    ['../made/file', 'RT_FILE_OUTSIDE'],
    ['made/../../outside/made/file', 'RT_FILE_NOT_FOUND'],
    ['out/made/file', 'RT_FILE_OUTSIDE'],
    ['to-come/file', 'RT_FILE_OUTSIDE'],
    ['made/.ssh/config', 'RT_FILE_CRITICAL'],
    ['.git/hooks/made/file', 'RT_FILE_CRITICAL'],
    ['made/x/..', 'RT_FILE_NOT_FOUND'],
    ['file/made/x', 'RT_FILE_NOT_FOUND'],
  ])('nothing is made on the way to %s', (path, code) => {
    const tree = plant('work/file, work/out -> ../outside, work/to-come -> ../outside/made')
    const before = readdirSync(tree.top, { recursive: true })
    expect(lead(tree, path, resolvers, options)).toMatchObject({ code })
    expect(readdirSync(tree.top, { recursive: true })).toEqual(before)
  })

  test('what was made is taken away again when the rest cannot be made', () => {
    const tree = plant(`work/a/, work/far -> TOP/work/${'m/'.repeat(200)}`)
    const path = `far/a/${`${'n'.repeat(250)}/`.repeat(15)}x`
    expect(lead(tree, path, resolvers, options)).toMatchObject({ code: 'RT_FILE_NAME' })
    expect(readdirSync(tree.work, 'utf8').toSorted()).toEqual(['a', 'far'])
  })
})

test('a directory that somebody else makes at the same moment is used, and not counted as ours', () => {
  const tree = plant()
  const others: Resolver = (path, given) => {
    const judge = new Judge(path, tree.bounds, 'write')
    vi.spyOn(judge, 'demand').mockImplementation(() => mkdirSync(join(tree.work, 'a')))
    return walk(path, { ...given, judge })
  }
  expect(lead(tree, 'a/file', [others], { createParents: true })).toEqual({
    path: 'work/a/file',
    created: [],
  })
})

test('where nothing may be made the error says so', () => {
  const tree = plant()
  chmodSync(tree.top, 0o755)
  chmodSync(tree.work, 0o555)
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    expect(lead(tree, 'a/file', [walk], { createParents: true })).toMatchObject({
      code: 'RT_FILE_PERMISSION',
    })
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})
