import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { BlobStore } from '../backups/blob-store.ts'
import { givenWorkplace, sha256 } from './job-fixture.ts'

test('a new file is made with the mode of the umask, and the output says what it is', async () => {
  const { directory, write } = givenWorkplace()
  expect(await write({ path: 'läs — 読.txt', content: 'héllo\n' })).toEqual({
    path: join(directory, 'läs — 読.txt'),
    created: true,
    appended: false,
    bytes_written: 7,
    size: 7,
    sha256: sha256('héllo\n'),
    before_sha256: null,
    mode: `0${(0o666 & ~process.umask()).toString(8)}`,
    created_directories: [],
  })
  expect(readFileSync(join(directory, 'läs — 読.txt'), 'utf8')).toBe('héllo\n')
  expect(readdirSync(directory)).toHaveLength(1)
})

test('a file is replaced, and what it was is in the store and in the journal of the job', async () => {
  const { directory, access, write } = givenWorkplace()
  writeFileSync(join(directory, 'a'), 'old', { mode: 0o640 })
  const data = await write({ path: 'a', content: 'new' }, { jobId: 'job1' })
  expect(data).toMatchObject({ created: false, mode: '0640', before_sha256: sha256('old') })
  await using kept = await new BlobStore(access.backups).open(sha256('old'))
  expect(await kept.readFile('utf8')).toBe('old')
  const journal = readFileSync(join(access.backups, 'jobs', 'job1.jsonl'), 'utf8')
  for (const text of ['FileWrite', join(directory, 'a'), sha256('old'), sha256('new'), '.runtimo-job1-']) {
    expect(journal).toContain(text)
  }
})

const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0, 0xff, 13, 10])
test.each([
  ['nothing', '', 'utf8', Buffer.alloc(0)],
  [
    'a mark at the start, and both kinds of lines',
    '\ufeffa\r\nb\n\0',
    'utf8',
    Buffer.from('\ufeffa\r\nb\n\0'),
  ],
  ['bytes that are no text', bytes.toString('base64'), 'base64', bytes],
] as const)('the content is exact: %s', async (_title, content, encoding, expected) => {
  const { directory, write } = givenWorkplace()
  for (const append of [false, true]) await write({ path: 'a', content, encoding, append })
  expect(readFileSync(join(directory, 'a')).equals(Buffer.concat([expected, expected]))).toBe(true)
})

test.each([
  ['half of a surrogate pair', { content: 'a\ud800' }],
  ['base64 without its padding', { content: 'YQ', encoding: 'base64' }],
  ['base64 with a line', { content: 'YQ==\n', encoding: 'base64' }],
  ['base64 of URLs', { content: '-_-_', encoding: 'base64' }],
] as const)('content that is not what it seems is refused: %s', async (_title, args) => {
  const { directory, write } = givenWorkplace()
  const expected = { code: 'RT_INVALID_ARGS', details: { pointer: '/content' } }
  await expect(write({ path: 'a', ...args })).rejects.toMatchObject(expected)
  expect(readdirSync(directory)).toEqual([])
})

test('appending makes a file, and then adds to it; a sparse one stays sparse', async () => {
  const { directory, write } = givenWorkplace()
  const path = join(directory, 'a')
  expect(await write({ path, content: 'one', append: true })).toMatchObject({
    created: true,
    appended: false,
  })
  truncateSync(path, 50_000_000)
  const data = await write({ path, content: 'two', append: true })
  expect(data).toMatchObject({ created: false, appended: true, bytes_written: 3, size: 50_000_003 })
  expect(data['sha256']).toBe(sha256(readFileSync(path)))
  expect(readFileSync(path).subarray(-4).toString()).toBe('\0two')
  expect(statSync(path).blocks).toBeLessThan(100)
})

test('what the caller has not read is not replaced', async () => {
  const { directory, write } = givenWorkplace()
  const path = join(directory, 'a')
  const seen = sha256('one')
  await expect(write({ path, content: 'x', expect_sha256: seen })).rejects.toMatchObject({
    code: 'RT_FILE_CHANGED',
    details: { path, expected: seen, got: 'absent' },
  })
  await write({ path, content: 'one', expect_sha256: 'absent' })
  await write({ path, content: 'two', expect_sha256: seen })
  for (const expected of [seen, 'absent']) {
    await expect(write({ path, content: 'x', expect_sha256: expected })).rejects.toMatchObject({
      code: 'RT_FILE_CHANGED',
      details: { expected, got: sha256('two') },
    })
  }
  expect(readFileSync(path, 'utf8')).toBe('two')
})

test('a mode is set, on a new file and on an old one', async () => {
  const { directory, write } = givenWorkplace()
  for (const mode of ['600', '0755']) {
    expect(await write({ path: 'a', content: 'x', mode })).toMatchObject({ mode: mode.padStart(4, '0') })
    expect(statSync(join(directory, 'a')).mode & 0o7777).toBe(Number.parseInt(mode, 8))
  }
})

test('missing directories are made only when that is asked for, and said and recorded', async () => {
  const { directory, access, write } = givenWorkplace()
  await expect(write({ path: 'a/b/c', content: 'x' })).rejects.toMatchObject({ code: 'RT_FILE_NOT_FOUND' })
  expect(readdirSync(directory)).toEqual([])
  const made = [join(directory, 'a'), join(directory, 'a/b')]
  const data = await write({ path: 'a/b/c', content: 'x', create_parents: true }, { jobId: 'job1' })
  expect(data).toMatchObject({ created_directories: made })
  const journal = readFileSync(join(access.backups, 'jobs', 'job1.jsonl'), 'utf8')
  for (const path of made) expect(journal).toContain(`"path":${JSON.stringify(path)}`)
})

test('directories that were made for nothing are taken away again', async () => {
  const { directory, access, write } = givenWorkplace()
  mkdirSync(join(directory, 'a'))
  writeFileSync(access.backups, 'no directory')
  const args = { path: 'a/b/c/d', content: 'x', create_parents: true }
  await expect(write(args)).rejects.toMatchObject({ code: 'RT_BACKUP_FAILED' })
  expect(readdirSync(directory, { recursive: true })).toEqual(['a'])
})

test('a link is followed to the file that it leads to, and stays a link', async () => {
  const { directory, write } = givenWorkplace()
  symlinkSync('real', join(directory, 'link'))
  expect(await write({ path: 'link', content: 'x' })).toMatchObject({ path: join(directory, 'real') })
  expect(await write({ path: 'link', content: 'y' })).toMatchObject({ created: false })
  expect(readdirSync(directory).toSorted()).toEqual(['link', 'real'])
  expect(readFileSync(join(directory, 'real'), 'utf8')).toBe('y')
})
