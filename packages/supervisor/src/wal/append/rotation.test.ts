import { expect, test } from 'vitest'
import type { WalRecord } from '../record.ts'
import { endedAmong, endedPath } from '../segments.ts'
import { MemoryDisk } from '../store/memory-disk-fixture.ts'
import { MemoryStore } from '../store/memory-store-fixture.ts'
import { WalWriter } from '../writer.ts'
import { linesOf } from './lines.ts'
import { logPath, Run } from './run-fixture.ts'
import { readWholeLog } from './whole-log-fixture.ts'

const small = { segmentBytes: 1500, reserveBytes: 0 }

function open(): { disk: MemoryDisk; store: MemoryStore } {
  const disk = new MemoryDisk()
  return { disk, store: new MemoryStore(disk) }
}

function seqs(records: readonly WalRecord[]): number[] {
  return records.map(({ seq }) => seq)
}

test('a segment that is large enough is ended under the seq of its first record, and the chain goes on', async () => {
  const { disk, store } = open()
  const run = new Run()
  await using writer = new WalWriter(logPath, { ...small, store })
  await run.jobs(writer, 10)
  const records = await readWholeLog(logPath, store)
  expect(seqs(records)).toEqual(records.map((_, index) => index + 1))
  const headers = records.filter(({ type }) => type === 'wal_opened')
  expect(headers.length).toBeGreaterThan(2)
  const ended = headers.slice(0, -1).map(({ seq }) => endedPath(logPath, seq))
  expect(ended.every((path) => disk.names.has(path))).toBe(true)
})

test('writers that have the log open follow it into the next segment', async () => {
  const { store } = open()
  const writers = [1, 2, 3].map(() => new WalWriter(logPath, { ...small, store }))
  const run = new Run()
  await Promise.all(
    writers.map(async (writer, index) => {
      for (let n = 0; n < 20; n++) await run.append(writer, `${index} ${n}`, 'job_started', 100)
    }),
  )
  const records = await readWholeLog(logPath, store)
  expect(records.filter(({ type }) => type === 'job_started')).toHaveLength(60)
  await Promise.all(writers.map((writer) => writer[Symbol.asyncDispose]()))
})

test('an active segment that is gone is begun where the last ended one left off, never at seq 1', async () => {
  const { store } = open()
  {
    await using writer = new WalWriter(logPath, { ...small, store })
    await new Run().jobs(writer, 6)
  }
  const last = endedAmong(await store.list(logPath), logPath).at(-1)
  await using file = await store.openExisting(last?.path ?? '')
  let count = 0
  for await (const { isComplete } of file === undefined ? [] : linesOf(file)) count += Number(isComplete)
  await store.remove(logPath)
  await using writer = new WalWriter(logPath, { ...small, store })
  // One for the header of the new segment.
  expect(await writer.append({ type: 'job_started' })).toBe((last?.firstSeq ?? 0) + count + 1)
  await readWholeLog(logPath, store)
})

test('two parts of a log under one name do not replace each other', async () => {
  const { disk, store } = open()
  await using writer = new WalWriter(logPath, { ...small, store })
  await writer.append({ type: 'job_started', fill: 'x'.repeat(2000) })
  await using other = await store.open(endedPath(logPath, 1))
  await other.append(Buffer.from('somebody else'))
  await expect(writer.append({ type: 'job_started' })).rejects.toMatchObject({
    code: 'RT_WAL_UNWRITABLE',
    details: { path: endedPath(logPath, 1) },
  })
  expect(disk.names.get(endedPath(logPath, 1))?.seen.toString()).toBe('somebody else')
})

test('what would follow a damaged ended segment is refused', async () => {
  const { disk, store } = open()
  {
    await using writer = new WalWriter(logPath, { ...small, store })
    await new Run().jobs(writer, 6)
  }
  const ended = (await store.list(logPath)).toSorted().findLast((name) => /\.\d{16}$/u.test(name)) ?? ''
  await store.remove(logPath)
  disk.names.get(`/log/${ended}`)?.flip(disk.names.get(`/log/${ended}`)?.seen.lastIndexOf('job_id') ?? 0)
  await using writer = new WalWriter(logPath, { ...small, store })
  await expect(writer.append({ type: 'job_started' })).rejects.toMatchObject({
    code: 'RT_WAL_CORRUPT',
    details: { path: `/log/${ended}` },
  })
})
