import { hash } from 'node:crypto'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { OutputStore } from './outputs.ts'

function open(): { readonly outputs: OutputStore; readonly directory: string; readonly logPath: string } {
  const base = mkdtempSync(join(tmpdir(), 'runtimo-outputs-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  const logPath = join(base, 'wal.jsonl')
  return { outputs: new OutputStore(logPath), directory: `${logPath}.outputs`, logPath }
}

test('a text is kept under its hash, for us alone, and read back', async () => {
  const { outputs, directory } = open()
  const stored = await outputs.put('größer')
  expect(stored).toEqual({ sha256: hash('sha256', 'größer'), bytes: 8 })
  expect(await outputs.read(stored.sha256)).toBe('größer')
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  expect(statSync(join(directory, stored.sha256)).mode & 0o777).toBe(0o600)
  expect(readdirSync(directory)).toEqual([stored.sha256])
})

test('the same text is not written twice, but counts as used now', async () => {
  const { outputs, directory } = open()
  const { sha256 } = await outputs.put('same')
  const path = join(directory, sha256)
  const { ino } = statSync(path)
  utimesSync(path, 1, 1)
  await outputs.put('same')
  expect(statSync(path).ino).toBe(ino)
  expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(60_000)
})

test('content that was altered is never given out, and is replaced when it is put again', async () => {
  const { outputs, directory } = open()
  const { sha256 } = await outputs.put('true')
  writeFileSync(join(directory, sha256), 'lies')
  await expect(outputs.read(sha256)).rejects.toMatchObject({
    code: 'RT_WAL_CORRUPT',
    details: { expected: sha256 },
  })
  await outputs.put('true')
  expect(await outputs.read(sha256)).toBe('true')
})

test('a link in place of an output is neither followed nor written through', async () => {
  const { outputs, directory, logPath } = open()
  const { sha256 } = await outputs.put('text')
  const path = join(directory, sha256)
  writeFileSync(logPath, 'precious')
  rmSync(path)
  symlinkSync(logPath, path)
  await expect(outputs.read(sha256)).rejects.toMatchObject({ code: 'ELOOP' })
  await outputs.put('text')
  expect(readFileSync(logPath, 'utf8')).toBe('precious')
  expect(await outputs.read(sha256)).toBe('text')
})

test('a name that is no hash reads nothing', async () => {
  await expect(open().outputs.read('../wal.jsonl')).rejects.toThrow('no SHA-256')
})
