import { closeSync, openSync, readSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { expect, test } from 'vitest'
import { hashLine } from '../line.ts'
import { jobEvents, linesOf, logPath } from '../read/log-fixture.ts'
import { WalReader } from '../reader.ts'
import { verifyLog, type Verification } from './verify.ts'

const lines = linesOf(jobEvents(50))
const whole = Buffer.concat(lines)
const texts = new Set(lines.map((line) => JSON.stringify(JSON.parse(line.toString()))))
const starts = lines.map((_, index) => Buffer.concat(lines.slice(0, index)).length)

/** Long ago, so that nobody waits for the rest of a line that was cut. */
function write(path: string, bytes: Buffer): void {
  writeFileSync(path, bytes)
  utimesSync(path, 1, 1)
}

/** Flips one bit of a byte, and flips it back. */
function openToFlip(path: string): Disposable & { flip(at: number, bit?: number): void } {
  const file = openSync(path, 'r+')
  return {
    flip(at, bit = at % 8) {
      const byte = Buffer.alloc(1)
      readSync(file, byte, 0, 1, at)
      byte[0] = (byte[0] ?? 0) ^ (1 << bit)
      writeSync(file, byte, 0, 1, at)
    },
    [Symbol.dispose]: () => closeSync(file),
  }
}

async function verifyBytes(path: string, bytes: Buffer): Promise<Verification> {
  write(path, bytes)
  return await verifyLog(path)
}

async function readGood(path: string): Promise<string[]> {
  const good: string[] = []
  for await (const entry of new WalReader(path).entries())
    if (entry.ok) good.push(JSON.stringify(entry.record))
  return good
}

test('a whole log is whole', async () => {
  const path = logPath()
  expect(await verifyBytes(path, whole)).toMatchObject({
    ok: true,
    records: 50,
    bytes: whole.length,
    firstSeq: 1,
    lastSeq: 50,
    head: hashLine(lines[49]?.subarray(0, -1) ?? whole),
  })
  expect(await readGood(path)).toEqual([...texts])
})

test('flip any byte: the line is named, it is called flipped, and the reader returns no altered record', async () => {
  const flip = async (index: number): Promise<void> => {
    const start = starts[index] ?? 0
    const length = lines[index]?.length ?? 0
    const path = logPath()
    write(path, whole)
    using log = openToFlip(path)
    for (let at = start; at < start + length; at++) {
      log.flip(at)
      const expected = { ok: false, file: path, offset: start, seq: index + 1, kind: 'flipped' }
      expect(await verifyLog(path), `byte ${at}`).toMatchObject(expected)
      const good = at % 16 === 0 ? await readGood(path) : undefined // reading is the slower half
      expect(good?.every((text) => texts.has(text)) ?? true).toBe(true)
      expect(good?.length ?? 50).toBeGreaterThanOrEqual(48)
      log.flip(at)
    }
  }
  // Several at a time: most of it is waiting for the disk.
  const left = [...lines.keys()]
  const worker = async (): Promise<void> => {
    for (let index = left.pop(); index !== undefined; index = left.pop()) await flip(index)
  }
  await Promise.all(Array.from({ length: 4 }, worker))
}, 60_000)

test('flip each bit of a record: none is missed', async () => {
  const path = logPath()
  write(path, whole)
  using log = openToFlip(path)
  const start = starts[20] ?? 0
  for (let bit = 0; bit < (lines[20]?.length ?? 0) * 8; bit++) {
    log.flip(start + (bit >> 3), bit & 7)
    expect(await verifyLog(path), `bit ${bit}`).toMatchObject({ ok: false, offset: start, kind: 'flipped' })
    log.flip(start + (bit >> 3), bit & 7)
  }
}, 60_000)

test('a deleted line is deleted; the last one is missed by nothing but an anchor', async () => {
  const path = logPath()
  for (const index of lines.keys()) {
    const found = await verifyBytes(path, Buffer.concat(lines.toSpliced(index, 1)))
    const deleted = { ok: false, offset: starts[index], seq: index + 1, kind: 'deleted' }
    expect(found).toMatchObject(index < 49 ? deleted : { ok: true, lastSeq: 49 })
  }
  const anchor = `50:${hashLine(lines[49]?.subarray(0, -1) ?? whole)}`
  expect(await verifyLog(path, { anchor })).toMatchObject({
    ok: false,
    offset: starts[49],
    seq: 50,
    kind: 'truncated',
  })
})

test('a line that stands twice is reordered', async () => {
  const path = logPath()
  for (const [index, line] of lines.entries()) {
    const found = await verifyBytes(path, Buffer.concat(lines.toSpliced(index, 0, line)))
    const offset = (starts[index] ?? 0) + line.length
    expect(found).toMatchObject({ ok: false, offset, seq: index + 2, kind: 'reordered' })
  }
})

test('two lines that changed places are reordered, whichever they are', async () => {
  const path = logPath()
  for (let first = 0; first < 49; first++) {
    for (const second of [first + 1, 49]) {
      const swapped = lines.with(first, lines[second] ?? whole).with(second, lines[first] ?? whole)
      if (first === second) continue
      const found = await verifyBytes(path, Buffer.concat(swapped))
      expect(found).toMatchObject({ ok: false, offset: starts[first], seq: first + 1, kind: 'reordered' })
    }
  }
})

test('a line that was cut: torn at the end of the log, flipped within it', async () => {
  const path = logPath()
  for (const [index, line] of lines.entries()) {
    const start = starts[index] ?? 0
    for (const kept of [1, line.length >> 1, line.length - 1]) {
      const end = await verifyBytes(path, whole.subarray(0, start + kept))
      expect(end).toMatchObject({ ok: false, offset: start, seq: index + 1, kind: 'torn' })
      if (index === 49) continue
      const middle = Buffer.concat([whole.subarray(0, start + kept), whole.subarray(start + line.length)])
      expect(await verifyBytes(path, middle)).toMatchObject({ ok: false, offset: start, kind: 'flipped' })
    }
  }
})
