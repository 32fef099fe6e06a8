import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { lead, plant, type Tree, ways } from './tree-fixture.ts'

/** Each reads the secret when it is simply opened. */
const attacks = [
  '../outside/secret',
  'TOP/outside/secret',
  'dir/../../outside/secret',
  './/../work/../outside//./secret',
  'to-secret',
  'chain',
  'to-outside/secret',
  'relative/secret',
  'to-root/TOP/outside/secret',
  'half/outside/secret',
  'to-dir/../../outside/secret',
  'to-inner/../../../../outside/secret',
]

function plantAttacks(): Tree {
  return plant(`
      work/dir/, work/to-secret -> TOP/outside/secret, work/chain -> dir/../to-secret,
      work/to-outside -> TOP/outside, work/relative -> ../outside, work/to-root -> /, work/half -> ..,
      work/to-dir -> dir, work/inner/one/two/, work/to-inner -> inner/one/two`)
}

test.each(attacks)('%s, when simply opened, is the secret', (path) => {
  const tree = plantAttacks()
  const text = path.replaceAll('TOP', tree.top)
  const opened = text.startsWith('/') ? text : `${tree.work}/${text}`
  expect(readFileSync(opened, 'utf8')).toBe('outside/secret')
})

describe.each(ways)('%s', (_way, resolvers) => {
  test.each(attacks)('%s is outside, and the error names the roots', (path) => {
    const tree = plantAttacks()
    for (const createParents of [false, true]) {
      expect(lead(tree, path, resolvers, { createParents })).toMatchObject({
        code: 'RT_FILE_OUTSIDE',
        roots: tree.bounds.roots,
        message: expect.stringContaining(`touched: ${tree.work}, ${tree.top}/extra`),
      })
    }
  })

  test('nothing is told of what is outside: it is so whether it is there or not', () => {
    const tree = plant('work/link -> TOP/outside/missing')
    for (const path of [
      'TOP/outside/missing',
      'TOP/missing/x',
      'TOP/outside',
      'TOP/outside/secret/x',
      'link',
      '/',
    ]) {
      expect(lead(tree, path, resolvers)).toMatchObject({ code: 'RT_FILE_OUTSIDE' })
    }
    expect(lead(tree, 'TOP/outside/a/b/c', resolvers, { createParents: true })).toMatchObject({
      code: 'RT_FILE_OUTSIDE',
    })
    expect(existsSync(join(tree.top, 'outside/a'))).toBe(false)
  })

  test('links of the kernel are not followed, though they lead inside or are in a root', () => {
    const tree = plant('work/file, work/cwd -> /proc/self/cwd, work/root -> /proc/self/root')
    expect(readFileSync(`/proc/self/root${tree.work}/file`, 'utf8')).toBe('work/file')
    for (const path of [
      `root${tree.work}/file`,
      `/proc/self/root${tree.work}/file`,
      '/proc/self/fd/0',
      'cwd/package.json',
      '/proc/thread-self/root/etc/shadow',
      '/proc/self/exe',
      '/proc/self/cwd/x',
    ]) {
      expect(lead(tree, path, resolvers)).toMatchObject({ code: 'RT_FILE_OUTSIDE' })
    }
    const access = { ...tree.bounds, roots: ['/proc', tree.work] }
    expect(lead(tree, `/proc/self/root${tree.work}/file`, resolvers, { access })).toMatchObject({
      code: 'RT_FILE_IO',
      errno: 'ELOOP',
    })
    expect(lead(tree, '/proc/self/status', resolvers, { access })).toEqual({
      path: `/proc/${process.pid}/status`,
      created: [],
    })
  })

  test.each(['deny', 'state'] as const)('what is in `%s` is out of reach by whatever name', (list) => {
    const tree = plant(`
      work/secret/key, work/secret/in/, work/key -> secret/key, extra/far -> ../work/secret,
      work/named -> outside, work/secretary, work/up -> secret/in/..`)
    const barred = ['secret', 'to-come/later', 'named'].map((name) => join(tree.work, name))
    const access = { ...tree.bounds, [list]: barred }
    const code = list === 'deny' ? 'RT_FILE_OUTSIDE' : 'RT_FILE_CRITICAL'
    const detail = list === 'deny' ? { roots: tree.bounds.roots } : { rule: 'state of Runtimo' }
    for (const path of [
      'secret/key',
      'secret',
      'secret/in/new',
      'key',
      '../extra/far/key',
      'secret/in/../key',
      'up/key',
      'secret/key/x',
      'to-come/later',
      'to-come/later/x',
      'secret/missing/x',
    ]) {
      for (const createParents of [false, true]) {
        expect(lead(tree, path, resolvers, { access, createParents })).toMatchObject({ code, ...detail })
      }
    }
    expect(lead(tree, 'named', resolvers, { access, followLast: false })).toMatchObject({ code, ...detail })
    for (const path of ['secretary', 'secret/../other', 'to-come']) {
      expect(lead(tree, path, resolvers, { access })).not.toHaveProperty('code')
    }
    renameSync(join(tree.work, 'secret'), join(tree.top, 'extra/elsewhere'))
    const moved = { ...access, [list]: [join(tree.top, 'extra/elsewhere')] }
    expect(lead(tree, '../extra/elsewhere/key', resolvers, { access: moved })).toMatchObject({
      code,
      ...detail,
    })
  })

  test('a denied file is denied by another name as well; deny beats a root within it', () => {
    const tree = plant('work/key, work/inner/file')
    linkSync(join(tree.work, 'key'), join(tree.work, 'copy'))
    const access = { ...tree.bounds, deny: [join(tree.work, 'key')] }
    expect(lead(tree, 'copy', resolvers, { access })).toMatchObject({ code: 'RT_FILE_OUTSIDE' })
    const within = { ...tree.bounds, roots: [join(tree.work, 'inner')], deny: [tree.work] }
    expect(lead(tree, 'inner/file', resolvers, { access: within })).toMatchObject({ denied: tree.work })
  })

  test('a root may be a link, and is what it leads to', () => {
    const tree = plant('work/file, root -> work')
    const access = { ...tree.bounds, roots: [join(tree.top, 'root')] }
    for (const path of ['file', 'TOP/root/file']) {
      expect(lead(tree, path, resolvers, { access })).toMatchObject({ path: 'work/file' })
    }
    expect(lead(tree, '../extra/x', resolvers, { access })).toMatchObject({ code: 'RT_FILE_OUTSIDE' })
  })

  test.skipIf(!canMount())('a denied directory is denied where it is mounted, too', () => {
    const tree = plant('work/secret/key, work/window/')
    const window = join(tree.work, 'window')
    execFileSync('mount', ['--bind', join(tree.work, 'secret'), window])
    onTestFinished(() => void execFileSync('umount', [window]))
    const access = { ...tree.bounds, deny: [join(tree.work, 'secret')] }
    expect(lead(tree, 'window/key', resolvers)).toMatchObject({ path: 'work/window/key' })
    expect(lead(tree, 'window/key', resolvers, { access })).toMatchObject({ code: 'RT_FILE_OUTSIDE' })
    expect(lead(tree, 'window/../window/key', resolvers, { access })).toMatchObject({
      code: 'RT_FILE_OUTSIDE',
    })
  })
})

function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '--bind', '/tmp', '/mnt'], { stdio: 'ignore' })
    return process.geteuid?.() === 0
  } catch {
    return false
  }
}
