import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import type { WalEvent } from '../record.ts'
import { RealStore } from '../store/real-store.ts'
import { WalWriter } from '../writer.ts'
import { isFull } from './failure.ts'
import { readWholeLog } from './whole-log-fixture.ts'

const isRoot = process.geteuid?.() === 0
if (!isRoot) console.warn('a full disk: only root can mount a small one')

/** A file system of so many bytes. */
function smallDisk(bytes: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'runtimo-full-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', directory])
  onTestFinished(() => {
    execFileSync('umount', [directory])
    rmSync(directory, { recursive: true })
  })
  return directory
}

/** Takes all space that is left. */
function fill(directory: string): string {
  const path = join(directory, 'filler')
  for (let part = 0; ; part++) {
    try {
      writeFileSync(path, Buffer.alloc(4096), { flag: 'a' })
    } catch {
      return path
    }
  }
}

const start = (n: number): { type: 'job_started'; job_id: string } => ({
  type: 'job_started',
  job_id: `job ${n}`,
})
const end = (n: number): WalEvent => ({
  type: 'job_completed',
  job_id: `job ${n}`,
  output: 'x'.repeat(20_000),
})

async function isAccepted(writer: WalWriter, event: WalEvent): Promise<boolean> {
  const [outcome] = await Promise.allSettled([writer.append(event)])
  if (outcome.status === 'rejected' && !isFull(outcome.reason)) throw outcome.reason
  return outcome.status === 'fulfilled'
}

test.skipIf(!isRoot)(
  'on a full disk new jobs are refused, those that run are recorded to their end, and room mends it',
  async () => {
    const directory = smallDisk(2 * 1024 * 1024)
    const path = join(directory, 'wal.jsonl')
    await using writer = new WalWriter(path)
    for (let n = 0; n < 10; n++) await writer.append(start(n))
    // Asked for 1 MiB of a disk of 2: it gets a quarter.
    expect(statSync(`${path}.reserve`)).toMatchObject({ size: 524_288, blocks: 1024 })
    const filler = fill(directory)
    // What was taken ahead for the log is used up first.
    let taken = 0
    for (let isTaken = true; isTaken; taken += Number(isTaken))
      isTaken = await isAccepted(writer, start(100 + taken))
    const ends = await Promise.all(Array.from({ length: 10 }, (_, n) => writer.append(end(n))))
    expect(ends).toHaveLength(10)
    await expect(writer.append(start(1000))).rejects.toMatchObject({ code: 'RT_WAL_FULL', details: { path } })
    expect(statSync(`${path}.reserve`).size).toBeLessThan(524_288)
    rmSync(filler)
    await writer.append(start(1001))
    expect(statSync(`${path}.reserve`).size).toBe(524_288)
    expect(await readWholeLog(path, new RealStore())).toHaveLength(1 + 10 + taken + 10 + 1)
  },
)

test.skipIf(!isRoot)('without a reserve the end of a job is lost on a full disk', async () => {
  const directory = smallDisk(1024 * 1024)
  const path = join(directory, 'wal.jsonl')
  await using writer = new WalWriter(path, { reserveBytes: 0 })
  await writer.append(start(1))
  fill(directory)
  const ends = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => writer.append(end(n))))
  expect(ends.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'RT_WAL_FULL' } })
})

test.skipIf(!isRoot)('a disk that is full from the beginning takes no job, and then does', async () => {
  const directory = smallDisk(256 * 1024)
  const filler = fill(directory)
  const path = join(directory, 'wal.jsonl')
  await using writer = new WalWriter(path)
  await expect(writer.append(start(1))).rejects.toMatchObject({ code: 'RT_WAL_FULL' })
  rmSync(filler)
  expect(await writer.append(start(2))).toBe(2)
})

test.skipIf(!isRoot)('a segment is not ended while the disk is full, and is when there is room', async () => {
  const directory = smallDisk(1024 * 1024)
  const path = join(directory, 'wal.jsonl')
  await using writer = new WalWriter(path, { segmentBytes: 4096 })
  await writer.append(start(1))
  const filler = fill(directory)
  let n = 1
  while (statSync(`${path}.reserve`).size === 262_144) await writer.append(end(n++))
  const before = statSync(path).ino
  await writer.append(end(n++))
  expect(statSync(path).ino).toBe(before)
  rmSync(filler)
  await writer.append(end(n++))
  expect(statSync(path).ino).not.toBe(before)
  const records = await readWholeLog(path, new RealStore())
  expect(records.filter(({ type }) => type === 'job_completed')).toHaveLength(n - 1)
})
