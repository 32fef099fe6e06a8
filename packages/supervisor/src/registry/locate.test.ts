import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderOf } from './folder-fixture.ts'
import { locate } from './locate.ts'

const json = JSON.stringify

test('a file is itself, without links, and has its folder', async () => {
  const base = folderOf({ 'real/tool.mjs': '' })
  symlinkSync('real/tool.mjs', join(base, 'link.mjs'))
  const expected = { entry: join(base, 'real/tool.mjs'), folder: join(base, 'real'), isWholeFolder: false }
  expect(await locate('real/tool.mjs', base)).toEqual(expected)
  expect(await locate(join(base, 'link.mjs'), '/')).toEqual(expected)
})

test.each<[string, Record<string, string>, string]>([
  ['without package.json', { 'index.mjs': '' }, 'index.mjs'],
  ['the first of several indexes', { 'index.ts': '', 'index.js': '' }, 'index.js'],
  ['without main', { 'package.json': '{}', 'index.ts': '' }, 'index.ts'],
  ['main', { 'package.json': json({ main: 'lib/a.js' }), 'lib/a.js': '' }, 'lib/a.js'],
  ['main without extension', { 'package.json': json({ main: './lib/a' }), 'lib/a.js': '' }, 'lib/a.js'],
  ['main that is a folder', { 'package.json': json({ main: 'lib' }), 'lib/index.js': '' }, 'lib/index.js'],
  [
    'exports before main',
    { 'package.json': json({ exports: './e.mjs', main: 'm.js' }), 'e.mjs': '', 'm.js': '' },
    'e.mjs',
  ],
  [
    'exports of .',
    { 'package.json': json({ exports: { '.': './e.mjs', './x': './x.mjs' } }), 'e.mjs': '' },
    'e.mjs',
  ],
  [
    'conditions in their order',
    {
      'package.json': json({
        exports: { '.': { require: './r.cjs', node: { import: './n.mjs' }, default: './d.mjs' } },
      }),
      'n.mjs': '',
      'd.mjs': '',
      'r.cjs': '',
    },
    'n.mjs',
  ],
  ['alternatives', { 'package.json': json({ exports: ['not-relative', './e.mjs'] }), 'e.mjs': '' }, 'e.mjs'],
])('a folder is entered by %s', async (_name, files, entry) => {
  const folder = folderOf(files)
  expect(await locate(folder, '/')).toEqual({ entry: join(folder, entry), folder, isWholeFolder: true })
})

test('a package is found as Node finds it, and is where its link leads', async () => {
  const manifest = json({ main: 'main.js' })
  const base = folderOf({
    'node_modules/plain/package.json': manifest,
    'node_modules/plain/main.js': '',
    'store/scoped/package.json': manifest,
    'store/scoped/main.js': '',
    'deep/er/file': '',
  })
  mkdirSync(join(base, 'node_modules/@own'))
  symlinkSync('../../store/scoped', join(base, 'node_modules/@own/scoped'))
  expect(await locate('plain', join(base, 'deep/er'))).toMatchObject({
    folder: join(base, 'node_modules/plain'),
  })
  expect(await locate('@own/scoped', base)).toEqual({
    entry: join(base, 'store/scoped/main.js'),
    folder: join(base, 'store/scoped'),
    isWholeFolder: true,
  })
})

test.each<[string, Record<string, string>, string]>([
  ['main by dots', { 'package.json': json({ main: '../outside.js' }) }, 'leads out of the folder'],
  ['main by an absolute path', { 'package.json': json({ main: '/outside.js' }) }, 'expected a file'],
  ['exports by dots', { 'package.json': json({ exports: './../outside.js' }) }, 'leads out of the folder'],
  ['a link', { 'package.json': json({ main: 'link.js' }) }, 'leads out of the folder'],
  [
    'another package',
    { 'package.json': json({ main: 'node_modules/p/i.js' }), 'node_modules/p/i.js': '' },
    'another package',
  ],
])('what is loaded cannot lie outside of the folder: %s', async (_name, files, words) => {
  const base = folderOf({ 'outside.js': '' })
  const folder = folderOf(files)
  renameSync(folder, join(base, 'package'))
  mkdirSync(folder)
  symlinkSync('../outside.js', join(base, 'package/link.js'))
  await expect(locate('package', base)).rejects.toMatchObject({
    code: 'RT_LOAD_FAILED',
    message: expect.stringContaining(words),
  })
})

test.each([
  ['nothing', ''],
  ['a data: URL', 'data:text/javascript,export default 1'],
  ['a file: URL', 'file:///etc/passwd'],
  ['a NUL', 'a\0b'],
  ['a name that climbs', '../../etc'],
  ['a device', '/dev/null'],
  ['a package that is not installed', 'no-such-package-anywhere'],
  ['a folder without anything to load', '.'],
  ['a path without end', 'x'.repeat(5000)],
  ['a name longer than names are', 'x'.repeat(300)],
])('%s is refused', async (_name, from) => {
  await expect(locate(from, folderOf({}))).rejects.toMatchObject({ code: 'RT_LOAD_FAILED' })
})

test('a package.json that is a pipe, huge, deep or no object is refused at once', async () => {
  const pipe = folderOf({ 'index.js': '' })
  execFileSync('mkfifo', [join(pipe, 'package.json')])
  await expect(locate(pipe, '/')).rejects.toThrow('expected a regular file')
  const huge = folderOf({ 'index.js': '', 'package.json': `{"a":"${'x'.repeat(1_048_576)}"}` })
  await expect(locate(huge, '/')).rejects.toThrow('expected at most 1048576 bytes')
  const list = folderOf({ 'index.js': '', 'package.json': '[]' })
  await expect(locate(list, '/')).rejects.toThrow('expected a JSON object')
  const deep = folderOf({
    'index.js': '',
    'package.json': `{"exports":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
  })
  await expect(locate(deep, '/')).rejects.toThrow('expected a file to load')
})

test('keys that reach a prototype name no file', async () => {
  const folder = folderOf({
    'package.json': '{"__proto__":{"main":"a.js"},"constructor":{"prototype":{"main":"a.js"}}}',
    'a.js': '',
  })
  await expect(locate(folder, '/')).rejects.toThrow('expected a file to load')
  writeFileSync(join(folder, 'index.js'), '')
  expect(await locate(folder, '/')).toMatchObject({ entry: join(folder, 'index.js') })
})
