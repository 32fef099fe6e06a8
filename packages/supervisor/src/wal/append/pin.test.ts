import { expect, test } from 'vitest'
import { endedAmong } from '../segments.ts'
import { MemoryDisk } from '../store/memory-disk-fixture.ts'
import { MemoryStore } from '../store/memory-store-fixture.ts'
import { WalWriter } from '../writer.ts'
import { logPath, Run } from './run-fixture.ts'

const small = { segmentBytes: 1500, reserveBytes: 0 }

test('while jobs see the log of one process, nobody ends its segment; when that process is gone, it is ended', async () => {
  const store = new MemoryStore(new MemoryDisk())
  const ended = async (): Promise<number> => endedAmong(await store.list(logPath), logPath).length
  const run = new Run()
  await using other = new WalWriter(logPath, { ...small, store })
  {
    await using seen = new WalWriter(logPath, { ...small, store })
    await seen.prepare()
    await run.jobs(seen, 10)
    await run.jobs(other, 10)
    expect(await ended()).toBe(0)
  }
  await run.jobs(other, 10)
  expect(await ended()).toBeGreaterThan(1)
})
