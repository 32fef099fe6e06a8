import process from 'node:process'
import { expect, onTestFinished, test, vi } from 'vitest'
import { logPath, Run } from '../append/run-fixture.ts'
import { readWholeLog } from '../append/whole-log-fixture.ts'
import { endedAmong, endedPath } from '../segments.ts'
import { MemoryDisk } from '../store/memory-disk-fixture.ts'
import { MemoryStore } from '../store/memory-store-fixture.ts'
import type { WalOptions } from '../../options/supervisor-options.ts'
import { WalWriter } from '../writer.ts'

const small = { segmentBytes: 2000, reserveBytes: 0 }

class Fixture {
  readonly disk = new MemoryDisk()
  readonly store = new MemoryStore(this.disk)
  readonly run = new Run()
  #jobs = 0

  async write(options: WalOptions, write: (writer: WalWriter) => Promise<void>): Promise<void> {
    await using writer = new WalWriter(logPath, { ...small, ...options, store: this.store })
    await write(writer)
  }

  async jobs(writer: WalWriter, count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      const job = ++this.#jobs
      await this.run.append(writer, `${job} begins`, 'job_started', 400)
      await this.run.append(writer, `${job} ends`, 'job_completed', 400)
    }
  }

  async ended(): Promise<readonly string[]> {
    return endedAmong(await this.store.list(logPath), logPath).map(({ path }) => path)
  }

  bytes(paths: readonly string[]): number {
    return paths.reduce((sum, path) => sum + (this.store.find(path)?.bytes ?? 0), 0)
  }
}

function warnings(): string[] {
  const told: string[] = []
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation((text) => void told.push(String(text)))
  onTestFinished(() => spy.mockRestore())
  return told
}

test('without limits nothing is ever removed', async () => {
  const log = new Fixture()
  await log.write({}, (writer) => log.jobs(writer, 20))
  expect((await log.ended()).length).toBeGreaterThan(5)
  expect((await readWholeLog(logPath, log.store))[0]?.seq).toBe(1)
})

test('ended segments beyond so many bytes are removed, the oldest first, and the log says which and why', async () => {
  const log = new Fixture()
  await log.write({ maxBytes: 6000 }, (writer) => log.jobs(writer, 20))
  const ended = await log.ended()
  expect(log.bytes(ended)).toBeLessThanOrEqual(6000)
  expect(ended.length).toBeGreaterThan(0)
  const records = await readWholeLog(logPath, log.store)
  const [first] = records
  expect(records.filter(({ type }) => type === 'wal_pruned')).toContainEqual(
    expect.objectContaining({
      last_seq: (first?.seq ?? 0) - 1,
      last_hash: first?.prev,
      files: [expect.any(String)],
    }),
  )
})

test('a segment with a job that has not ended stays, and all after it, until the job ends', async () => {
  const log = new Fixture()
  const oldest = endedPath(logPath, 1)
  await log.write({ maxBytes: 0 }, async (writer) => {
    await log.run.append(writer, 'long begins', 'job_started')
    await log.jobs(writer, 15)
    expect(log.disk.names.has(oldest)).toBe(true)
    expect((await log.ended()).length).toBeGreaterThan(5)
    await log.run.append(writer, 'long ends', 'job_completed')
    await log.jobs(writer, 3)
  })
  expect(log.disk.names.has(oldest)).toBe(false)
  expect((await log.ended()).length).toBeLessThan(3)
  await readWholeLog(logPath, log.store)
})

test('what was read for a job that does not end is not read again', async () => {
  const log = new Fixture()
  await log.write({ maxBytes: 0 }, async (writer) => {
    await log.run.append(writer, 'long begins', 'job_started')
    await log.jobs(writer, 10)
    const reads = new Map<string, number>()
    log.disk.onCall = (call) => {
      if (call.startsWith('read ')) reads.set(call, (reads.get(call) ?? 0) + 1)
    }
    await log.jobs(writer, 10)
    // Its last records are looked at after each rotation, its content no more.
    const rotations = (await log.ended()).length
    expect(reads.get(`read ${endedPath(logPath, 1)}`) ?? 0).toBeLessThan(rotations)
  })
})

test('segments are kept for so many days', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01') })
  onTestFinished(() => void vi.useRealTimers())
  const log = new Fixture()
  await log.write({ keepDays: 30 }, (writer) => log.jobs(writer, 10))
  const before = await log.ended()
  vi.setSystemTime(new Date('2026-01-30'))
  await log.write({ keepDays: 30 }, (writer) => log.jobs(writer, 1))
  expect(await log.ended()).toEqual(expect.arrayContaining([...before]))
  vi.setSystemTime(new Date('2026-02-01'))
  await log.write({ keepDays: 30 }, (writer) => log.jobs(writer, 1))
  expect((await log.ended()).filter((path) => before.includes(path))).toEqual([])
  await readWholeLog(logPath, log.store)
})

test('a damaged segment is evidence, and is not removed', async () => {
  warnings()
  const log = new Fixture()
  await log.write({}, (writer) => log.jobs(writer, 10))
  log.disk.names.get(endedPath(logPath, 1))?.flip(700)
  await log.write({ maxBytes: 0 }, (writer) => log.jobs(writer, 3))
  expect(log.disk.names.has(endedPath(logPath, 1))).toBe(true)
})

test('what a crash left between the record and the removal is removed the next time', async () => {
  warnings()
  const log = new Fixture()
  await log.write({}, (writer) => log.jobs(writer, 10))
  const before = await log.ended()
  log.disk.onCall = (call) => {
    if (call.startsWith('remove ')) log.disk.fault = { at: log.disk.calls + 1, kind: 'EIO' }
  }
  await log.write({ maxBytes: 0 }, async (writer) => void (await writer.append({ type: 'job_rolled_back' })))
  expect(await log.ended()).toEqual(before)
  log.disk.onCall = () => undefined
  await log.write({ maxBytes: 0 }, async (writer) => void (await writer.append({ type: 'job_rolled_back' })))
  expect(await log.ended()).toEqual([])
  await readWholeLog(logPath, log.store)
})

test('outputs to which no record is left are removed with the segments, others are not', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01') })
  onTestFinished(() => void vi.useRealTimers())
  const log = new Fixture()
  const [old, used] = [`${logPath}.outputs/${'0'.repeat(64)}`, `${logPath}.outputs/${'1'.repeat(64)}`]
  const put = async (path: string): Promise<void> => {
    await using file = await log.store.open(path)
    await file.append(Buffer.from('output'))
  }
  await put(old)
  await log.write({}, (writer) => log.jobs(writer, 10))
  vi.setSystemTime(new Date('2026-02-01'))
  await put(used)
  await log.write({ maxBytes: 0 }, (writer) => log.jobs(writer, 10))
  expect([log.disk.names.has(old), log.disk.names.has(used)]).toEqual([false, true])
})

test('a damaged segment that stands in the way of pruning is told of, once, and no append fails', async () => {
  const log = new Fixture()
  await log.write({}, (writer) => log.jobs(writer, 10))
  log.disk.names.get(endedPath(logPath, 1))?.flip(700)
  const told = warnings()
  await log.write({ maxBytes: 0 }, (writer) => log.jobs(writer, 12))
  expect(told).toEqual([
    `${logPath}: ${endedPath(logPath, 1)} is damaged: neither it nor what comes after it is pruned; see \`runtimo wal verify\``,
  ])
  expect(log.run.refused).toEqual(new Map())
  told.length = 0
  await log.write({ maxBytes: 1_000_000, keepDays: 1 }, (writer) => log.jobs(writer, 2))
  expect(told).toEqual([])
})

test('a segment that cannot be removed is told of, and no append fails', async () => {
  const log = new Fixture()
  await log.write({}, (writer) => log.jobs(writer, 10))
  log.disk.onCall = (call) => {
    if (call.startsWith('remove ')) log.disk.fault = { at: log.disk.calls + 1, kind: 'EIO' }
  }
  const told = warnings()
  await log.write({ maxBytes: 0 }, async (writer) => void (await writer.append({ type: 'job_rolled_back' })))
  expect(told).toEqual([expect.stringContaining('ended segments are not pruned: Error: EIO: remove')])
  expect(log.run.refused).toEqual(new Map())
})
