import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { resolveAtOnce } from './at-once.ts'
import type { Resolver } from './found.ts'
import { openPlace } from './open-place.ts'
import { lead, openDescriptors, plant, ways } from './tree-fixture.ts'
import { walk } from './walk.ts'

describe.each(ways)('%s', (_way, resolvers) => {
  test.each([
    ['file', 'work/file'],
    ['missing', 'work/missing'],
    ['./dir//./file', 'work/dir/file'],
    ['dir/../file', 'work/file'],
    ['../work/file', 'work/file'],
    ['TOP/extra/x', 'extra/x'],
    ['../../..///..//../TOP/work/file', 'work/file'],
    ['läs mig — 読んで 🙂', 'work/läs mig — 読んで 🙂'],
    ['n'.repeat(255), `work/${'n'.repeat(255)}`],
    // links
    ['link', 'work/file'],
    ['dangling', 'work/missing'],
    ['chain', 'work/file'],
    ['absolute/file', 'work/dir/file'],
    ['to-extra/x', 'extra/x'],
    ['over/the/top', 'work/file'],
    // `..` goes up from where a link led, as for every program.
    ['to-deep/../here', 'work/dir/here'],
    ['TOP/way-in/file', 'work/file'],
  ])('%s leads to %s', (path, expected) => {
    const tree = plant(`
      work/file, work/dir/file, work/dir/deep/, work/over/the/, work/link -> file,
      work/dangling -> missing, work/chain -> over/the/../../link, work/absolute -> TOP/work/dir,
      work/to-extra -> ../extra, work/to-deep -> dir/deep/,
      work/over/the/top -> ../../../outside/../work/link, way-in -> work`)
    expect(lead(tree, path, resolvers)).toEqual({ path: expected, created: [] })
  })

  test('the place is used by descriptor: what is exchanged afterwards changes nothing', () => {
    const tree = plant('work/dir/file')
    using place = openPlace(
      'dir/file',
      { access: tree.bounds, workingDir: tree.work, purpose: 'write' },
      resolvers,
    )
    expect(place).toMatchObject({ path: join(tree.work, 'dir/file'), name: 'file' })
    expect(readFileSync(place.at, 'utf8')).toBe('work/dir/file')
    expect(readFileSync(`/proc/self/fdinfo/${place.directory}`, 'utf8')).toMatch(/flags:\t012\d+/u)
  })

  test('a link or directory under the last name is itself meant when links at the end are not followed', () => {
    const tree = plant('work/dir/, work/link -> TOP/outside/secret')
    const options = { followLast: false }
    expect(lead(tree, 'link', resolvers, options)).toMatchObject({ path: 'work/link' })
    expect(lead(tree, 'dir', resolvers, options)).toMatchObject({ path: 'work/dir' })
    expect(lead(tree, 'TOP/work', resolvers, options)).toMatchObject({ code: 'RT_FILE_OUTSIDE' })
    expect(lead(tree, 'TOP/outside', resolvers, options)).toMatchObject({ code: 'RT_FILE_OUTSIDE' })
  })

  test.each([
    '.',
    '..//work',
    'dir',
    'dir/',
    'dir/.',
    'dir/..',
    'file/',
    'missing/',
    'to-dir',
    'file/.',
    'slash',
  ])('%s names no file', (path) => {
    const tree = plant('work/file, work/dir/, work/to-dir -> dir, work/slash -> file/')
    expect(lead(tree, path, resolvers)).toMatchObject({ code: 'RT_FILE_NOT_REGULAR' })
  })

  test.each(['missing/file', 'file/below', 'missing/../file', 'dangling/x'])('%s is not there', (path) => {
    const tree = plant('work/file, work/dangling -> nowhere')
    expect(lead(tree, path, resolvers)).toMatchObject({ code: 'RT_FILE_NOT_FOUND' })
  })

  test('forty links are followed, and no more; a loop is one of those', () => {
    const links = Array.from({ length: 41 }, (_, i) => `work/${i + 1} -> ${i === 0 ? 'file' : i}`)
    const tree = plant(`work/file, work/loop -> loop, work/a -> b, work/b -> a/x, ${links.join(', ')}`)
    expect(lead(tree, '40', resolvers)).toMatchObject({ path: 'work/file' })
    for (const path of ['41', 'loop', 'a', 'b', 'loop/x']) {
      expect(lead(tree, path, resolvers)).toMatchObject({ code: 'RT_FILE_IO', errno: 'ELOOP' })
    }
  })

  test(
    'a thousand levels are nothing, and more than a path can name are refused',
    { timeout: 30_000 },
    () => {
      const tree = plant()
      const path = `${'d/'.repeat(1000)}file`
      expect(lead(tree, path, resolvers, { createParents: true })).toMatchObject({ path: `work/${path}` })
      expect(lead(tree, path, resolvers)).toMatchObject({ path: `work/${path}` })
      symlinkSync('d/'.repeat(1000), join(tree.work, 'far'))
      const deep = `far/${`${'n'.repeat(250)}/`.repeat(9)}file`
      expect(lead(tree, deep, resolvers, { createParents: true })).toMatchObject({
        code: 'RT_FILE_NAME',
        message: expect.stringContaining('name too long'),
      })
      expect(lead(tree, `far/${'n'.repeat(250)}/file`, resolvers)).toMatchObject({
        code: 'RT_FILE_NOT_FOUND',
      })
    },
  )

  test('what this user may not enter is told from what is not there', () => {
    const tree = plant('work/closed/file')
    chmodSync(tree.top, 0o755)
    chmodSync(join(tree.work, 'closed'), 0o600)
    onTestFinished(() => chmodSync(join(tree.work, 'closed'), 0o700)) // for whoever removes it
    const outcome = asUser(() => lead(tree, 'closed/file', resolvers))
    expect(outcome).toMatchObject({ code: 'RT_FILE_PERMISSION', errno: 'EACCES' })
  })

  test('no descriptor is left open, whatever the answer', () => {
    const tree = plant('work/file, work/dir/, work/loop -> loop, work/out -> ..')
    const paths = ['file', 'a/b', 'dir/', '../outside/secret', 'loop', 'out/x', 'new/x', '.ssh/x/y', 'a\0']
    const before = openDescriptors()
    for (const path of paths)
      for (const createParents of [false, true]) lead(tree, path, resolvers, { createParents })
    expect(openDescriptors()).toBe(before)
  })
})

test('one call of the kernel answers for a path without links; the walk is for the others', () => {
  const tree = plant('work/dir/file, work/link -> dir')
  const walked: string[] = []
  const watch: Resolver = (path, options) => {
    walked.push(path.slice(tree.work.length + 1))
    return walk(path, options)
  }
  const resolvers = [resolveAtOnce, watch]
  for (const path of ['dir/file', 'dir/missing', './dir//file', 'link/file', 'dir/../dir/file']) {
    lead(tree, path, resolvers)
  }
  expect(walked).toEqual(['link/file', 'dir/../dir/file'])
})

/** Root may enter everything. */
function asUser<T>(act: () => T): T {
  if (process.geteuid?.() !== 0) return act()
  process.seteuid?.(65_534)
  try {
    return act()
  } finally {
    process.seteuid?.(0)
  }
}

test('a missing working directory is said to be missing, not outside of itself', () => {
  const tree = plant()
  const gone = join(tree.top, 'gone')
  const bounds = { ...tree.bounds, roots: [gone] }
  expect(lead(tree, `${gone}/x`, [walk], { access: bounds })).toMatchObject({ code: 'RT_FILE_NOT_FOUND' })
  mkdirSync(gone)
  expect(lead(tree, `${gone}/x`, [walk], { access: bounds })).toMatchObject({ path: 'gone/x' })
})
