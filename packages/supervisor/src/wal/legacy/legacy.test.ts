import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LogIndex } from '../catalog/log-index.ts'
import { linesOf, logPath } from '../read/log-fixture.ts'
import { lastEntries } from '../read/last.ts'
import { WalReader } from '../reader.ts'
import { verifyLog } from '../verify/verify.ts'
import { WalWriter } from '../writer.ts'

/** As v0.2.1 wrote it: seqs from 0, times in seconds. */
const v021 = [
  {
    seq: 0,
    ts: 1_715_800_000,
    type: 'job_started',
    job_id: 'a1',
    capability: 'FileRead',
    telemetry_before: { cpu: 1 },
  },
  {
    seq: 1,
    ts: 1_715_800_001,
    type: 'job_completed',
    job_id: 'a1',
    capability: 'FileRead',
    output: { success: true },
  },
]
/** As v0.7.3: times as text. */
const v073 = [
  { seq: 0, ts: '2026-01-02T03:04:05Z', type: 'job_started', job_id: 'b1', capability: 'ShellExec' },
  { seq: 1, ts: '1767323046', type: 'command_executed', job_id: 'b1', cmd: 'true' },
  { seq: 2, ts: '2026-01-02T03:04:07.500+00:00', type: 'job_failed', job_id: 'b1', error: 'no' },
]

function oldLog(records: readonly object[]): string {
  const path = logPath()
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''), { mode: 0o600 })
  return path
}

async function read(path: string): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const entry of new WalReader(path).entries()) all.push(entry)
  return all
}

test('old logs of both kinds are read as history, marked as unverified', async () => {
  const first = await read(oldLog(v021))
  expect(first).toMatchObject([
    {
      ok: true,
      verified: false,
      offset: 0,
      record: { v: 0, seq: 0, ts: 1_715_800_000, type: 'job_started', job_id: 'a1' },
    },
    { ok: true, verified: false, record: { seq: 1, output: { success: true } } },
  ])
  const second = await read(oldLog(v073))
  expect(second).toMatchObject([
    { verified: false, record: { ts: 1_767_323_045 } },
    { verified: false, record: { ts: 1_767_323_046, type: 'command_executed' } },
    { verified: false, record: { ts: 1_767_323_047.5, error: 'no' } },
  ])
  expect(await lastEntries(oldLog(v073), 1)).toMatchObject([
    { ok: true, verified: false, record: { seq: 2 } },
  ])
})

test('an old log is never called whole: nothing proves what it says', async () => {
  expect(await verifyLog(oldLog(v021))).toMatchObject({ ok: false, offset: 0, kind: 'foreign' })
})

test('an old log is never written to, and nothing is made beside it by reading', async () => {
  const path = oldLog(v021)
  const before = readFileSync(path)
  {
    await using writer = new WalWriter(path)
    await expect(writer.append({ type: 'job_started' })).rejects.toMatchObject({ code: 'RT_WAL_CORRUPT' })
  }
  using index = await LogIndex.open(path)
  expect(await index.jobs({ limit: 9 })).toHaveLength(1)
  expect(index.isUsed).toBe(false)
  expect(readFileSync(path)).toEqual(before)
  expect(existsSync(`${path}.index`)).toBe(false)
})

test('what has no checksum is no record in a log of ours, though the original would have written it so', async () => {
  const path = logPath()
  const lines = linesOf([{ type: 'wal_opened' }, { type: 'job_started', job_id: 'J1' }])
  const forged = `${JSON.stringify(v021[1])}\n`
  writeFileSync(path, Buffer.concat([...lines, Buffer.from(forged)]))
  expect(await read(path)).toMatchObject([{ ok: true }, { ok: true }, { ok: false }])
  expect(await verifyLog(path)).toMatchObject({ ok: false, seq: 3, kind: 'foreign' })
  appendFileSync(path, forged)
  expect((await read(path)).filter((entry) => Reflect.get(Object(entry), 'ok'))).toHaveLength(2)
})

test('our records after such history do not follow from it', async () => {
  const path = oldLog(v021)
  appendFileSync(path, Buffer.concat(linesOf([{ type: 'wal_opened' }])))
  expect(await read(path)).toMatchObject([
    { ok: true },
    { ok: true },
    { ok: false },
    { ok: true, record: { v: 1 } },
  ])
})

test.each([
  ['a seq that is no integer', { ...v021[0], seq: '0' }],
  ['no time', { ...v021[0], ts: 'yesterday' }],
  ['another type', { ...v021[0], type: 'job_stolen' }],
  ['no job', { ...v021[0], job_id: 7 }],
  ['a version of its own', { ...v021[0], v: 2 }],
])('a line with %s is damage there, too', async (_name, record) => {
  expect(await read(oldLog([v021[0] ?? {}, record]))).toMatchObject([{ ok: true }, { ok: false }])
})
