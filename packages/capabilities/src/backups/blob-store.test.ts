import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { givenHistory } from '../undo/history-fixture.ts'
import { BlobStore } from './blob-store.ts'

const hello = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
const isRoot = process.geteuid?.() === 0
if (!isRoot) console.warn("skipped: a directory of somebody else's: only root can make one")

async function kept(
  content: string,
): Promise<{ store: BlobStore; backups: string; put: () => Promise<unknown> }> {
  const history = givenHistory()
  const { backups } = history
  writeFileSync(history.at('a'), content)
  const file = await open(history.at('a'))
  onTestFinished(() => file.close())
  const store = new BlobStore(backups)
  return { store, backups, put: () => store.put(file) }
}

test('a content is kept under its hash, for us alone, and nothing is left beside it', async () => {
  const { store, backups, put } = await kept('hello')
  expect(await put()).toEqual({ sha256: hello, size: 5 })
  expect(store.pathOf(hello)).toBe(join(backups, 'blobs', '2c', hello))
  expect(statSync(store.pathOf(hello)).mode & 0o777).toBe(0o400)
  for (const directory of [backups, join(backups, 'blobs'), join(backups, 'blobs', '2c')]) {
    expect(statSync(directory).mode & 0o777).toBe(0o700)
  }
  expect(readdirSync(join(backups, 'blobs'))).toEqual(['2c'])
  await using file = await store.open(hello)
  expect(await file.readFile('utf8')).toBe('hello')
})

test('holes stay holes', async () => {
  const history = givenHistory()
  const store = new BlobStore(history.backups)
  await using sparse = await open(history.at('s'), 'w+')
  await sparse.truncate(52_428_800)
  await sparse.write('x', 20_000_000)
  const { sha256, size } = await store.put(sparse)
  expect(size).toBe(52_428_800)
  expect(statSync(store.pathOf(sha256)).blocks * 512).toBeLessThan(1_048_576)
})

test('what is damaged is not given, and is mended by keeping the content again', async () => {
  const { store, put } = await kept('hello')
  await put()
  for (const wrong of ['hellO', 'hell', '']) {
    chmodSync(store.pathOf(hello), 0o600)
    writeFileSync(store.pathOf(hello), wrong)
    await expect(store.open(hello)).rejects.toMatchObject({
      code: 'RT_BACKUP_DAMAGED',
      details: { path: store.pathOf(hello) },
    })
    await put()
    await (await store.open(hello)).close()
  }
  rmSync(store.pathOf(hello))
  await expect(store.open(hello)).rejects.toMatchObject({ code: 'RT_BACKUP_DAMAGED' })
})

test('twenty at once keep one', async () => {
  const { backups, put } = await kept('hello')
  await Promise.all(Array.from({ length: 20 }, put))
  expect(readdirSync(join(backups, 'blobs'), { recursive: true })).toEqual(['2c', `2c/${hello}`])
})

const places = ['.', 'blobs', 'blobs/2c']

test.each(places)('%s that is a link is not gone through', async (place) => {
  const { backups, put } = await kept('hello')
  const elsewhere = join(dirname(backups), 'elsewhere')
  mkdirSync(elsewhere, { recursive: true, mode: 0o700 })
  mkdirSync(dirname(join(backups, place)), { recursive: true, mode: 0o700 })
  symlinkSync(elsewhere, join(backups, place))
  await expect(put()).rejects.toMatchObject({
    code: 'RT_BACKUP_FAILED',
    details: { expected: 'a directory of ours with mode 0700, no link', got: 'a link or a file' },
  })
  expect(readdirSync(elsewhere)).toEqual([])
})

test.each(places)('%s that others may look into is refused', async (place) => {
  const { backups, put } = await kept('hello')
  mkdirSync(join(backups, place), { recursive: true, mode: 0o700 })
  chmodSync(join(backups, place), 0o750)
  await expect(put()).rejects.toMatchObject({
    code: 'RT_BACKUP_FAILED',
    message: expect.stringContaining('got mode 0750'),
  })
})

test.skipIf(!isRoot)("a directory of somebody else's is refused", async () => {
  const { backups, put } = await kept('hello')
  mkdirSync(backups, { recursive: true, mode: 0o700 })
  chownSync(backups, 1000, 1000)
  await expect(put()).rejects.toMatchObject({ message: expect.stringContaining('owner 1000') })
})
