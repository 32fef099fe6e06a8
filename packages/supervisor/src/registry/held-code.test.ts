import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { folderOf } from './folder-fixture.ts'
import { HeldCode } from './held-code.ts'
import { locate } from './locate.ts'

async function hold(path: string): Promise<HeldCode> {
  return await HeldCode.take(await locate(path, '/'))
}

function packageFolder(): string {
  return folderOf({
    'package.json': '{"main":"index.mjs"}',
    'index.mjs': 'export default 1',
    'lib/part.mjs': 'one',
    'data/words.txt': 'a',
    'node_modules/other/index.js': '',
    '.git/index': '',
  })
}

/** As if the files had been left alone for a while before they were registered. */
function later(): void {
  const now = Date.now() + 10_000
  vi.spyOn(Date, 'now').mockReturnValue(now)
}

test('files that are as they were are found so, again and again', async () => {
  const held = await hold(packageFolder())
  await held.verify()
  await held.verify()
  expect(held.integrity).toMatch(/^sha256:[\da-f]{64}$/u)
})

test.each<[string, string, string, (folder: string) => void]>([
  ['changed content', 'lib/part.mjs', 'changed', (at) => fs.writeFileSync(join(at, 'lib/part.mjs'), 'other')],
  ['an added file', 'lib/added.mjs', 'added', (at) => fs.writeFileSync(join(at, 'lib/added.mjs'), '')],
  ['a removed file', 'data/words.txt', 'removed', (at) => fs.rmSync(join(at, 'data/words.txt'))],
  ['a removed folder', 'lib/part.mjs', 'removed', (at) => fs.rmSync(join(at, 'lib'), { recursive: true })],
  [
    'a file that became a link to another of the same content',
    'lib/part.mjs',
    'changed',
    (at) => {
      fs.renameSync(join(at, 'lib/part.mjs'), join(at, 'node_modules/part.mjs'))
      fs.symlinkSync('../node_modules/part.mjs', join(at, 'lib/part.mjs'))
    },
  ],
  [
    'several, by the first of their paths',
    'data/words.txt',
    'changed',
    (at) => {
      fs.writeFileSync(join(at, 'lib/part.mjs'), 'x')
      fs.appendFileSync(join(at, 'data/words.txt'), 'x'.repeat(3_000_000))
    },
  ],
])('%s is told by its path', async (_name, path, change, alter) => {
  const folder = packageFolder()
  const held = await hold(folder)
  alter(folder)
  await expect(held.verify()).rejects.toMatchObject({
    code: 'RT_CAPABILITY_CHANGED',
    details: { path: join(folder, path), change },
  })
})

test('a change that keeps size and times is found, whether the file was old or new', async () => {
  const folder = packageFolder()
  const path = join(folder, 'lib/part.mjs')
  fs.utimesSync(path, 1_000_000, 1_000_000)
  const fresh = await hold(folder)
  later()
  const settled = await hold(folder)
  const before = fs.statSync(path)
  fs.writeFileSync(path, 'two')
  fs.utimesSync(path, 1_000_000, 1_000_000)
  const { size, mtimeMs, ino } = fs.statSync(path)
  expect({ size, mtimeMs, ino }).toEqual({ size: before.size, mtimeMs: before.mtimeMs, ino: before.ino })
  await expect(fresh.verify()).rejects.toMatchObject({ code: 'RT_CAPABILITY_CHANGED' })
  await expect(settled.verify()).rejects.toMatchObject({ code: 'RT_CAPABILITY_CHANGED' })
})

test('a file that was left alone is not read again; one that was just written is', async () => {
  const folder = packageFolder()
  fs.writeFileSync(join(folder, 'large.bin'), Buffer.alloc(16_000_000))
  expect(await bytesToVerify(await hold(folder))).toBeGreaterThan(16_000_000)
  later()
  expect(await bytesToVerify(await hold(folder))).toBeLessThan(1_000_000)
})

test('a file that was touched, or written with what it held, is the same', async () => {
  const folder = packageFolder()
  later()
  const held = await hold(folder)
  fs.utimesSync(join(folder, 'index.mjs'), 1, 1)
  fs.writeFileSync(join(folder, 'lib/part.mjs'), 'one')
  await expect(held.verify()).resolves.toBeUndefined()
})

test('packages of others, and what git keeps, are not held', async () => {
  const folder = packageFolder()
  const held = await hold(folder)
  fs.writeFileSync(join(folder, 'node_modules/other/index.js'), 'changed')
  fs.writeFileSync(join(folder, '.git/index'), 'changed')
  await expect(held.verify()).resolves.toBeUndefined()
})

test('of a single file, what can be loaded beside it is held, and nothing else', async () => {
  const folder = folderOf({ 'tool.mjs': '', 'beside.ts': '', 'notes.txt': '', 'below/part.mjs': '' })
  const held = await hold(join(folder, 'tool.mjs'))
  expect(held.paths).toEqual(['beside.ts', 'tool.mjs'].map((name) => join(folder, name)))
  fs.writeFileSync(join(folder, 'notes.txt'), 'changed')
  fs.writeFileSync(join(folder, 'below/part.mjs'), 'changed')
  await held.verify()
  fs.writeFileSync(join(folder, 'beside.ts'), 'changed')
  await expect(held.verify()).rejects.toMatchObject({ details: { path: join(folder, 'beside.ts') } })
})

test('integrity is of names, contents and what is loaded, not of the place', async () => {
  const [one, same] = [packageFolder(), packageFolder()]
  const { integrity } = await hold(one)
  expect((await hold(same)).integrity).toBe(integrity)
  fs.writeFileSync(join(same, 'package.json'), '{"main":"index.mjs" }')
  expect((await hold(same)).integrity).not.toBe(integrity)
  fs.renameSync(join(one, 'lib/part.mjs'), join(one, 'lib/p.mjs'))
  expect((await hold(one)).integrity).not.toBe(integrity)
  const pair = folderOf({ 'a.mjs': '', 'b.mjs': '' })
  expect((await hold(join(pair, 'a.mjs'))).integrity).not.toBe((await hold(join(pair, 'b.mjs'))).integrity)
})

test('pipes and devices are never opened', async () => {
  const folder = packageFolder()
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const held = await hold(folder)
  await held.verify()
  fs.rmSync(join(folder, 'pipe'))
  await expect(held.verify()).rejects.toMatchObject({ details: { path: join(folder, 'pipe') } })
})

test('more than 256 MiB, or 20,000 files, is refused', async () => {
  const large = packageFolder()
  fs.truncateSync(join(large, 'data/words.txt'), 268_435_456)
  await expect(hold(large)).rejects.toMatchObject({
    code: 'RT_LOAD_FAILED',
    message: expect.stringContaining('at most 268435456 bytes'),
  })
  const many = packageFolder()
  for (let i = 0; i < 20_000; i++) fs.linkSync(join(many, 'index.mjs'), join(many, `data/${i}`))
  await expect(hold(many)).rejects.toMatchObject({
    code: 'RT_LOAD_FAILED',
    message: expect.stringContaining('at most 20000 files'),
  })
})

async function bytesToVerify(held: HeldCode): Promise<number> {
  const before = readBytes()
  await held.verify()
  return readBytes() - before
}

function readBytes(): number {
  return Number(/rchar: (\d+)/u.exec(fs.readFileSync('/proc/self/io', 'utf8'))?.[1])
}
