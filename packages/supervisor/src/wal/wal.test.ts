import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WalReader } from './reader.ts'
import { WalWriter } from './writer.ts'

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'runtimo-wal-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

async function read(path: string): Promise<unknown[]> {
  const entries: unknown[] = []
  for await (const entry of new WalReader(path).entries()) entries.push(entry)
  return entries
}

async function logOf(count: number): Promise<string> {
  const path = join(directory(), 'wal.jsonl')
  await using writer = new WalWriter(path)
  for (let n = 1; n < count; n++) await writer.append({ type: 'job_started', n, text: 'ö\n"' })
  return path
}

test('records are chained, numbered without gaps, and read back as they were', async () => {
  const entries = await read(await logOf(4))
  expect(entries).toMatchObject([
    { ok: true, offset: 0, record: { v: 1, seq: 1, type: 'wal_opened', prev: '0'.repeat(64) } },
    { ok: true, record: { seq: 2, n: 1, text: 'ö\n"' } },
    { ok: true, record: { seq: 3, n: 2 } },
    { ok: true, record: { seq: 4, n: 3 } },
  ])
})

test('appends of one turn share one sync, in the order of the calls', async () => {
  const path = join(directory(), 'wal.jsonl')
  await using writer = new WalWriter(path)
  await writer.append({ type: 'job_started' })
  const handle = await open(path)
  const sync = vi.spyOn(Object.getPrototypeOf(handle), 'datasync')
  await handle.close()
  const seqs = await Promise.all([1, 2, 3, 4, 5].map((n) => writer.append({ type: 'job_started', n })))
  expect(seqs).toEqual([3, 4, 5, 6, 7])
  expect(sync).toHaveBeenCalledTimes(1)
})

test('after a failed sync the log is poisoned for good', async () => {
  const path = join(directory(), 'wal.jsonl')
  await using writer = new WalWriter(path)
  await writer.append({ type: 'job_started' })
  const handle = await open(path)
  vi.spyOn(Object.getPrototypeOf(handle), 'datasync').mockRejectedValueOnce(new Error('EIO'))
  await handle.close()
  await expect(writer.append({ type: 'job_failed' })).rejects.toMatchObject({ code: 'RT_WAL_POISONED' })
  await expect(writer.append({ type: 'job_failed' })).rejects.toMatchObject({ code: 'RT_WAL_POISONED' })
})

test('flip any byte, and the reader says where; it never returns the altered record as good', async () => {
  const path = await logOf(3)
  const whole = readFileSync(path)
  const clean = JSON.stringify(await read(path))
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole)
    damaged[at] = (damaged[at] ?? 0) ^ 0x04
    writeFileSync(path, damaged)
    const entries = await read(path)
    expect(JSON.stringify(entries)).not.toBe(clean)
    expect(entries.some((entry) => Reflect.get(Object(entry), 'ok') === false)).toBe(true)
  }
})

test.each([
  ['deleted', (lines: string[]) => lines.toSpliced(1, 1)],
  ['duplicated', (lines: string[]) => lines.toSpliced(1, 0, lines[1] ?? '')],
  ['swapped', (lines: string[]) => [lines[0], lines[2], lines[1], lines[3]].map(String)],
])('a line that was %s breaks the chain', async (_name, change) => {
  const path = await logOf(4)
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  writeFileSync(path, `${change(lines).join('\n')}\n`)
  const entries = await read(path)
  expect(entries).toContainEqual(
    expect.objectContaining({ ok: false, reason: expect.stringContaining('chain is broken') }),
  )
})

test('nothing is appended after a damaged last record', async () => {
  const path = await logOf(3)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace('"n":2', '"n":3'))
  await using writer = new WalWriter(path)
  await expect(writer.append({ type: 'job_started' })).rejects.toMatchObject({
    code: 'RT_WAL_CORRUPT',
    details: { offset: Buffer.byteLength(text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)) },
  })
})

test.each(['new', 'ünï code', 'a#b%20?c'])('the file is 0600 in a directory of 0700 (%s)', async (name) => {
  const path = join(directory(), name, 'wal.jsonl')
  await using writer = new WalWriter(path)
  await writer.append({ type: 'job_started' })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
})

test.each([
  ['a link in place of the file', (path: string) => symlinkSync('/etc/passwd', path), 'RT_WAL_UNWRITABLE'],
  [
    'a file that others may read',
    (path: string) => writeFileSync(path, '', { mode: 0o644 }),
    'RT_WAL_UNSAFE',
  ],
  ['a directory in place of the file', (path: string) => mkdirSync(path), 'RT_WAL_UNWRITABLE'],
  [
    'a directory that others may write',
    (path: string) => chmodSync(join(path, '..'), 0o777),
    'RT_WAL_UNSAFE',
  ],
])('%s is refused', async (_name, prepare, code) => {
  const path = join(directory(), 'wal.jsonl')
  prepare(path)
  await using writer = new WalWriter(path)
  await expect(writer.append({ type: 'job_started' })).rejects.toMatchObject({ code })
})

test('a place where nothing can be made is an error, not a wait for ever', async () => {
  await using writer = new WalWriter('/proc/nowhere/deeper/wal.jsonl')
  await expect(writer.append({ type: 'job_started' })).rejects.toMatchObject({ code: 'RT_WAL_UNWRITABLE' })
})

test('a link in place of the directory is refused', async () => {
  const base = directory()
  mkdirSync(join(base, 'real'), { mode: 0o700 })
  symlinkSync(join(base, 'real'), join(base, 'link'))
  await using writer = new WalWriter(join(base, 'link', 'wal.jsonl'))
  await expect(writer.append({ type: 'job_started' })).rejects.toMatchObject({ code: 'RT_WAL_UNSAFE' })
})

test('more writers than threads in one process share a log and do not wait for each other for ever', async () => {
  const path = join(directory(), 'wal.jsonl')
  const writers = Array.from({ length: 12 }, () => new WalWriter(path))
  const seqs = await Promise.all(writers.map((writer) => writer.append({ type: 'job_started' })))
  expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 2))
  await Promise.all(writers.map((writer) => writer[Symbol.asyncDispose]()))
})

test('a private file that is no log is not repaired into one', async () => {
  const path = join(directory(), 'token')
  writeFileSync(path, 'my-secret-token', { mode: 0o600 })
  await using writer = new WalWriter(path)
  await expect(writer.append({ type: 'job_started' })).rejects.toMatchObject({ code: 'RT_WAL_CORRUPT' })
  expect(readFileSync(path, 'utf8')).toBe('my-secret-token')
})

test('a pipe in place of the copy of a torn record is refused, not waited for', async () => {
  const path = await logOf(3)
  writeFileSync(path, readFileSync(path).subarray(0, -5))
  execFileSync('mkfifo', ['-m', '600', `${path}.broken`])
  await using writer = new WalWriter(path)
  await expect(writer.append({ type: 'job_started' })).rejects.toMatchObject({
    code: expect.stringMatching(/^RT_WAL_UN/u),
  })
})

test('a log that was removed or moved away is begun anew, not written to unseen', async () => {
  const path = join(directory(), 'wal.jsonl')
  await using writer = new WalWriter(path)
  await writer.append({ type: 'job_started', n: 1 })
  renameSync(path, `${path}.moved`)
  await writer.append({ type: 'job_started', n: 2 })
  expect(await read(path)).toMatchObject([{ record: { seq: 1 } }, { record: { seq: 2, n: 2 } }])
  expect(await read(`${path}.moved`)).toHaveLength(2)
})
