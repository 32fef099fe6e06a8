import { expect, test } from 'vitest'
import { MemoryDisk } from '../store/memory-disk-fixture.ts'
import { MemoryStore } from '../store/memory-store-fixture.ts'
import { WalWriter } from '../writer.ts'
import { logPath } from './run-fixture.ts'
import { readWholeLog } from './whole-log-fixture.ts'

test('a record of more than 1 MiB is refused, and those beside it are written without a gap', async () => {
  const store = new MemoryStore(new MemoryDisk(16_777_216))
  await using writer = new WalWriter(logPath, { store })
  const outcomes = await Promise.allSettled([
    writer.append({ type: 'job_started', job_id: 'a' }),
    writer.append({ type: 'job_completed', job_id: 'large', output: 'x'.repeat(1_048_576) }),
    writer.append({ type: 'job_completed', job_id: 'b', output: 'x'.repeat(1_040_000) }),
  ])
  expect(outcomes).toMatchObject([
    { value: 2 },
    {
      reason: {
        code: 'RT_WAL_UNWRITABLE',
        details: { path: logPath, max_bytes: 1_048_576, type: 'job_completed', job_id: 'large' },
      },
    },
    { value: 3 },
  ])
  expect(await readWholeLog(logPath, store)).toHaveLength(3)
})

test('more than fits into one batch is written in several, in the order of the calls', async () => {
  const disk = new MemoryDisk(67_108_864)
  const store = new MemoryStore(disk)
  await using writer = new WalWriter(logPath, { store })
  const fill = 'x'.repeat(900_000)
  let syncs = 0
  disk.onCall = (call) => (syncs += Number(call === `sync ${logPath}`))
  const seqs = await Promise.all(
    Array.from({ length: 12 }, () => writer.append({ type: 'job_started', fill })),
  )
  expect(seqs).toEqual(seqs.map((_, index) => index + 2))
  expect(syncs).toBe(3)
})

test('what a signal interrupts is done again, and nobody hears of it', async () => {
  const disk = new MemoryDisk()
  await using writer = new WalWriter(logPath, { store: new MemoryStore(disk) })
  await writer.append({ type: 'job_started' })
  let interrupted = 0
  disk.onCall = () => {
    const isDue = ++interrupted % 3 !== 0
    disk.fault = isDue ? { at: disk.calls + 1, kind: 'EINTR' } : undefined
  }
  expect(await writer.append({ type: 'job_started' })).toBe(3)
  expect(interrupted).toBeGreaterThan(5)
})

test('a sync that fails for want of space poisons: what was accepted before may be lost', async () => {
  const disk = new MemoryDisk()
  await using writer = new WalWriter(logPath, { store: new MemoryStore(disk) })
  await writer.append({ type: 'job_started' })
  disk.onCall = (call) => {
    if (call === `sync ${logPath}`) disk.fault = { at: disk.calls + 1, kind: 'ENOSPC' }
  }
  await expect(writer.append({ type: 'job_completed' })).rejects.toMatchObject({ code: 'RT_WAL_POISONED' })
  const { calls } = disk
  await expect(writer.append({ type: 'job_completed' })).rejects.toMatchObject({ code: 'RT_WAL_POISONED' })
  expect(disk.calls).toBe(calls)
})
