import {
  appendFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashLine } from '../line.ts'
import { WalReader } from '../reader.ts'
import type { WalEvent } from '../record.ts'
import { endedPath } from '../segments.ts'
import { lastEntries, readHead } from './last.ts'
import { maxLineBytes } from './lines.ts'
import { jobEvents, linesOf, logPath, segmentsOf, writeParts } from './log-fixture.ts'

async function readAll(path: string, from = 1): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const entry of new WalReader(path).entries({ from })) all.push(entry)
  return all
}

async function seqs(path: string, from = 1): Promise<unknown[]> {
  const seen: unknown[] = []
  for await (const entry of new WalReader(path).entries({ from }))
    seen.push(entry.ok ? entry.record.seq : entry.reason)
  return seen
}

function upTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

test('twenty thousand records of all sizes come once each, in their order, over chunks and segments', async () => {
  const path = logPath()
  const sizes = [0, 10, 1000, 70_000, 262_144 - 300, 900_000]
  const events = Array.from({ length: 20_000 }, (_, n): WalEvent => {
    const size = n % 1999 === 7 ? (sizes[n % sizes.length] ?? 0) : n % 97
    return { type: 'job_started', job_id: `J${n}`, text: 'x'.repeat(size) }
  })
  writeParts(segmentsOf(path, [events.slice(0, 7000), events.slice(7000, 15_000), events.slice(15_000)]))
  expect(await seqs(path)).toEqual(upTo(20_003))
  expect(await seqs(path, 15_000)).toEqual(upTo(20_003, 15_000))
  expect(await seqs(path, 20_003)).toEqual([20_003])
})

test('a line that is too long to be a record is damage, whatever it ends with; what follows is read', async () => {
  const path = logPath()
  const lines = linesOf(jobEvents(4))
  const long = Buffer.alloc(2 * maxLineBytes + 5, 'x')
  writeFileSync(path, Buffer.concat([...lines.slice(0, 2), long, ...lines.slice(2)]))
  expect(await seqs(path)).toEqual([1, 2, 'no checksum', 4])
  truncateSync(path, (lines[0]?.length ?? 0) + (lines[1]?.length ?? 0) + long.length)
  utimesSync(path, 1, 1)
  expect(await seqs(path)).toEqual([1, 2, 'a torn last record'])
})

test('a record that is being written is waited for, and not called torn', async () => {
  const path = logPath()
  const lines = linesOf(jobEvents(5))
  const whole = Buffer.concat(lines)
  writeFileSync(path, whole.subarray(0, -30))
  const reading = seqs(path)
  const end = lastEntries(path, 1)
  await sleep(30)
  appendFileSync(path, whole.subarray(-30))
  expect(await reading).toEqual(upTo(5))
  expect(await end).toMatchObject([{ ok: true, record: { seq: 5 } }])
})

test('a rotation in the middle of reading loses nothing and gives nothing twice', async () => {
  const path = logPath()
  const events = jobEvents(4000).slice(1)
  const parts = segmentsOf(path, [events.slice(0, 1500), events.slice(1500, 3000), events.slice(3000)])
  const before = segmentsOf(path, [events.slice(0, 1500), events.slice(1500, 3000)])
  writeParts(before)
  const reading = new WalReader(path).batches()
  const first = await reading.next()
  renameSync(path, endedPath(path, 1502))
  writeParts(parts)
  const seen = [...(first.value ?? [])]
  for await (const batch of reading) seen.push(...batch)
  expect(seen.map((entry) => (entry.ok ? entry.record.seq : entry.reason))).toEqual(upTo(3002))
})

test('a segment that is pruned before it is read is no damage, as the log says so', async () => {
  const path = logPath()
  const events = jobEvents(3000).slice(1)
  const whole = segmentsOf(path, [events.slice(0, 1500), events.slice(1500), []])
  const pruned = [...whole.entries()].slice(0, 2).map(([index, { lines }]): WalEvent => {
    const hash = hashLine((lines.at(-1) ?? Buffer.from('\n')).subarray(0, -1))
    return { type: 'wal_pruned', last_seq: index === 0 ? 1501 : 3001, last_hash: hash, files: [] }
  })
  const parts = segmentsOf(path, [events.slice(0, 1500), events.slice(1500), pruned])
  writeParts(parts)
  const reading = new WalReader(path).batches()
  const first = await reading.next()
  rmSync(parts[0]?.path ?? '')
  rmSync(parts[1]?.path ?? '')
  const seen = [...(first.value ?? [])]
  for await (const batch of reading) seen.push(...batch)
  expect(seen.filter(({ ok }) => !ok)).toEqual([])
  expect(seen.at(-1)).toMatchObject({ record: { type: 'wal_pruned', last_seq: 3001 } })
})

test('the last entries are those that reading all of it ends with, whatever was done to the log', async () => {
  const bytes = Buffer.concat(linesOf(jobEvents(40)))
  const damages = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.constantFrom(0x0a, 0x78, 0x00)), {
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(
      damages,
      fc.nat(bytes.length),
      fc.integer({ min: 1, max: 45 }),
      async (list, cut, count) => {
        const path = logPath()
        const damaged = Buffer.from(bytes)
        for (const [at, byte] of list) damaged[at] = byte
        writeFileSync(path, cut % 3 === 0 ? damaged.subarray(0, cut) : damaged)
        utimesSync(path, 1, 1)
        const all = await readAll(path)
        expect(await lastEntries(path, count)).toEqual(all.slice(-count))
      },
    ),
    { numRuns: 300 },
  )
})

test('the head is the last record; a torn one after it was never acknowledged', async () => {
  const path = logPath()
  const parts = segmentsOf(path, [jobEvents(20).slice(1), []])
  writeParts(parts)
  expect(await readHead(path)).toMatchObject({ record: { seq: 21 } })
  appendFileSync(path, '{"v":1,"se')
  utimesSync(path, 1, 1)
  expect(await readHead(path)).toMatchObject({ record: { seq: 21 }, file: path })
  rmSync(path)
  expect(await readHead(path)).toMatchObject({ record: { seq: 20 }, file: parts[0]?.path })
  appendFileSync(parts[0]?.path ?? '', 'x\n')
  const offset = statSync(parts[0]?.path ?? '').size - 2
  await expect(readHead(path)).rejects.toMatchObject({ code: 'RT_WAL_CORRUPT', details: { offset } })
})
