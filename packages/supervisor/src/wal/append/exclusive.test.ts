import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { ownIdentity } from '../../linux/identity.ts'
import { WalWriter } from '../writer.ts'

function logPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runtimo-held-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'wal.jsonl')
}

const holder = {
  pid: process.pid,
  start_time: ownIdentity().startTime,
  command: expect.stringContaining('node'),
}

test.each([{ exclusive: true }, {}])(
  'a log that is held refuses every other writer by name: %o',
  async (options) => {
    const path = logPath()
    await using held = new WalWriter(path, { exclusive: true })
    await held.append({ type: 'job_started' })
    expect(JSON.parse(readFileSync(`${path}.holder`, 'utf8'))).toEqual(holder)
    await using other = new WalWriter(path, options)
    await expect(other.append({ type: 'job_started' })).rejects.toMatchObject({
      code: 'RT_WAL_LOCKED',
      details: { path, holder },
    })
    expect(await held.append({ type: 'job_started' })).toBe(3)
  },
)

test('a log that others share is not to be had alone, and the refusal names one of them', async () => {
  const path = logPath()
  await using shared = new WalWriter(path)
  await shared.append({ type: 'job_started' })
  await using alone = new WalWriter(path, { exclusive: true })
  await expect(alone.append({ type: 'job_started' })).rejects.toMatchObject({
    code: 'RT_WAL_LOCKED',
    details: { holder },
  })
})

test('who wants a log alone waits for those who are done in a moment', async () => {
  const path = logPath()
  const shared = new WalWriter(path)
  await shared.append({ type: 'job_started' })
  await using alone = new WalWriter(path, { exclusive: true })
  const appended = alone.append({ type: 'job_started' })
  await shared[Symbol.asyncDispose]()
  expect(await appended).toBe(3)
})

test('the name of one who died hinders nobody, and is not the name that a refusal gives', async () => {
  const path = logPath()
  writeFileSync(`${path}.holder`, JSON.stringify({ pid: 1, start_time: 12_345_678, command: 'dead' }), {
    mode: 0o600,
  })
  {
    await using writer = new WalWriter(path)
    await writer.append({ type: 'job_started' })
    await using alone = new WalWriter(path, { exclusive: true })
    await expect(alone.append({ type: 'job_started' })).rejects.toMatchObject({ details: { holder } })
  }
  await using alone = new WalWriter(path, { exclusive: true })
  expect(await alone.append({ type: 'job_started' })).toBe(3)
})
