import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { choices } from '../append/choices-fixture.ts'
import { record } from '../append/moments-fixture.ts'
import { checkNext, logPath } from '../append/run-fixture.ts'
import { decodeLine, encodeLine, hashLine, type Link } from '../line.ts'
import { firstPrev, type WalRecord } from '../record.ts'
import { MemoryDisk } from '../store/memory-disk-fixture.ts'
import { MemoryStore } from '../store/memory-store-fixture.ts'
import { WalWriter } from '../writer.ts'
import { verifyLog, type Verification } from './verify.ts'

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runtimo-torn-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Long ago, so that nobody waits for the rest of a line that was cut. */
function write(path: string, bytes: Buffer): void {
  writeFileSync(path, bytes, { mode: 0o600 })
  utimesSync(path, 1, 1)
}

/** Verifies what is on a model of a disk, as real files. */
async function verifyDisk(disk: MemoryDisk, directory: string): Promise<Verification> {
  const names = [...disk.names].filter(([name]) => name.startsWith(logPath))
  const paths = names.map(([name, { seen }]) => {
    const path = join(directory, basename(name))
    write(path, seen)
    return path
  })
  try {
    return await verifyLog(join(directory, basename(logPath)))
  } finally {
    for (const path of paths) rmSync(path)
  }
}

/** What is to be found where the next writer repairs a log, begins one, or does neither. */
function expectedOf([first]: readonly WalRecord[], repair: WalRecord | undefined): object {
  if (repair !== undefined) return { ok: false, kind: 'torn', offset: repair['offset'] }
  return first?.boot_id === 'boot 2' ? { ok: false, kind: 'truncated' } : { ok: true }
}

test('what a power cut leaves is whole or torn, and whole when the next writer has opened it', async () => {
  const { run, moments } = await record()
  const directory = temporary()
  const found: Verification[] = []
  for (const [index, { call, disk, acknowledged }] of moments.entries()) {
    for (const choose of choices(6, index)) {
      const after = disk.afterPowerCut(choose)
      const before = await verifyDisk(after, directory)
      const records = await checkNext(new MemoryStore(after, 'boot 2'), run, acknowledged)
      const repair = records.findLast(
        ({ type, boot_id: boot }) => type === 'wal_repaired' && boot === 'boot 2',
      )
      const where = { cut: `before call ${index} (${call})` }
      expect({ ...where, ...before }).toMatchObject({ ...where, ...expectedOf(records, repair) })
      expect({ ...where, ...(await verifyDisk(after, directory)) }).toMatchObject({ ...where, ok: true })
      found.push(before)
    }
  }
  const count = (text: string): number => found.filter((one) => !one.ok && one.reason.startsWith(text)).length
  expect(found.filter(({ ok }) => ok).length).toBeGreaterThan(20)
  expect(count('the last record was cut short')).toBeGreaterThan(20)
  expect(count('a hole in the last batch')).toBeGreaterThan(20)
}, 60_000)

/** Batches of one, two and three records, each with a moment of its own. */
function batches(): Buffer[][] {
  let next: Link = { seq: 1, prev: firstPrev }
  return [1, 2, 3, 1, 2, 3].map((count, batch) =>
    Array.from({ length: count }, () => {
      const event = {
        type: next.seq === 1 ? 'wal_opened' : 'job_started',
        fill: 'x'.repeat(next.seq * 40),
      } as const
      const line = encodeLine(event, next, { ts: 1_795_000_000, monoNs: 1000 + batch, bootId: 'b' })
      next = { seq: next.seq + 1, prev: hashLine(line) }
      return Buffer.concat([line, Buffer.from('\n')])
    }),
  )
}

const whole = Buffer.concat(batches().flat())

/** Where the next writer cuts the log; undefined where it leaves all of it, or refuses to go on. */
async function repairedAt(disk: MemoryDisk): Promise<unknown> {
  try {
    await using writer = new WalWriter(logPath, { reserveBytes: 0, store: new MemoryStore(disk) })
    await writer.append({ type: 'job_started' })
  } catch {
    return undefined
  }
  const lines = disk.names.get(logPath)?.seen.toString().split('\n') ?? []
  const records = lines.map((line) => decodeLine(Buffer.from(line))).filter((one) => typeof one !== 'string')
  return records.find(({ type }) => type === 'wal_repaired')?.['offset']
}

test('verify says torn of what the next writer repairs, there, and of nothing else', async () => {
  const directory = temporary()
  const hole = fc.record({ at: fc.nat(whole.length - 1), length: fc.integer({ min: 1, max: 700 }) })
  const flip = fc.record({ at: fc.nat(whole.length - 1), byte: fc.constantFrom(0, 0x0a, 0x78) })
  let torn = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(hole, { maxLength: 2 }),
      fc.array(flip, { maxLength: 1 }),
      fc.option(fc.nat(whole.length)),
      async (holes, flips, cut) => {
        const bytes = Buffer.from(whole)
        for (const { at, length } of holes) bytes.fill(0, at, Math.min(bytes.length, at + length))
        for (const { at, byte } of flips) bytes[at] = byte
        const disk = new MemoryDisk()
        await using file = await new MemoryStore(disk).open(logPath)
        await file.append(cut === null ? bytes : bytes.subarray(0, cut))
        const found = await verifyDisk(disk, directory)
        const offset = found.ok || found.kind !== 'torn' ? undefined : found.offset
        if (offset !== undefined) torn += 1
        expect(await repairedAt(disk)).toBe(offset)
      },
    ),
    { numRuns: 500 },
  )
  expect(torn).toBeGreaterThan(50)
}, 60_000)

test.each([
  ['a newline that was altered after the last record', (bytes: Buffer) => bytes.fill('x', bytes.length - 1)],
  [
    'zeros in a record that says that it is of the batch before the last',
    (bytes: Buffer) => bytes.fill(0, bytes.length - batchBytes(5) - 100, bytes.length - batchBytes(5) - 90),
  ],
])('%s is damage to both: it is neither torn nor cut off', async (_what, damage) => {
  const path = join(temporary(), 'wal.jsonl')
  const bytes = damage(Buffer.from(whole))
  write(path, bytes)
  expect(await verifyLog(path)).toMatchObject({ ok: false, kind: 'flipped' })
  await using writer = new WalWriter(path, { reserveBytes: 0 })
  await expect(writer.append({ type: 'job_started' })).rejects.toMatchObject({ code: 'RT_WAL_CORRUPT' })
  expect(readFileSync(path)).toEqual(bytes)
})

function batchBytes(index: number): number {
  return Buffer.concat(batches()[index] ?? []).length
}

test('an ended segment is never torn: it was whole when it was ended', async () => {
  const path = join(temporary(), 'wal.jsonl')
  write(`${path}.${'1'.padStart(16, '0')}`, whole.subarray(0, -20))
  expect(await verifyLog(path)).toMatchObject({ ok: false, kind: 'truncated' })
})
