import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { hashLine } from '../line.ts'
import { jobEvents, linesOf, logPath, type Part, segmentsOf, writeParts } from '../read/log-fixture.ts'
import { WalReader } from '../reader.ts'
import type { WalEvent } from '../record.ts'
import { verifyLog } from './verify.ts'

const events = jobEvents(40).slice(1)

/** Four segments, with seqs 1 to 11, 12 to 22, 23 to 33 and 34 to 43. */
function fourSegments(last: readonly WalEvent[] = events.slice(30)): { path: string; parts: Part[] } {
  const path = logPath()
  const parts = segmentsOf(path, [events.slice(0, 10), events.slice(10, 20), events.slice(20, 30), last])
  writeParts(parts)
  return { path, parts }
}

async function damageOf(path: string): Promise<{ offset: number; file: string }[]> {
  const damage: { offset: number; file: string }[] = []
  for await (const entry of new WalReader(path).entries()) if (!entry.ok) damage.push(entry)
  return damage
}

/** An old file: nobody waits for the rest of what was cut. */
function rewrite(part: Part | undefined, bytes: Buffer): void {
  writeFileSync(part?.path ?? '', bytes)
  utimesSync(part?.path ?? '', 1, 1)
}

test('the chain goes through all segments', async () => {
  const { path } = fourSegments()
  expect(await verifyLog(path)).toMatchObject({ ok: true, records: 43, firstSeq: 1, lastSeq: 43 })
  expect(await damageOf(path)).toEqual([])
})

test('between two active segments, the ended ones are the log', async () => {
  const { path } = fourSegments()
  rmSync(path)
  expect(await verifyLog(path)).toMatchObject({ ok: true, records: 33 })
})

test('a removed segment is deleted', async () => {
  const { path, parts } = fourSegments()
  rmSync(parts[1]?.path ?? '')
  expect(await verifyLog(path)).toMatchObject({
    ok: false,
    file: parts[2]?.path,
    offset: 0,
    seq: 12,
    kind: 'deleted',
  })
  expect(await damageOf(path)).toMatchObject([{ file: parts[2]?.path, offset: 0 }])
})

test('the first segment is not removed unseen, unless the log says that it was pruned', async () => {
  const { path, parts } = fourSegments()
  rmSync(parts[0]?.path ?? '')
  expect(await verifyLog(path)).toMatchObject({ ok: false, file: parts[1]?.path, offset: 0, kind: 'deleted' })
  expect(await damageOf(path)).toMatchObject([{ file: parts[1]?.path, offset: 0 }])

  const last = parts[0]?.lines.at(-1) ?? Buffer.from('')
  const pruned = { type: 'wal_pruned', first_seq: 1, last_seq: 11, files: [] } as const
  const told = fourSegments([{ ...pruned, last_hash: hashLine(last.subarray(0, -1)) }])
  rmSync(told.parts[0]?.path ?? '')
  expect(await verifyLog(told.path)).toMatchObject({ ok: true, firstSeq: 12, unremoved: [] })
  expect(await damageOf(told.path)).toEqual([])
  const lying = fourSegments([{ ...pruned, last_hash: '0'.repeat(64) }])
  rmSync(lying.parts[0]?.path ?? '')
  expect(await verifyLog(lying.path)).toMatchObject({ ok: false, kind: 'deleted' })
})

test('segments whose names were exchanged are reordered', async () => {
  const { path, parts } = fourSegments()
  rewrite(parts[1], Buffer.concat(parts[2]?.lines ?? []))
  rewrite(parts[2], Buffer.concat(parts[1]?.lines ?? []))
  expect(await verifyLog(path)).toMatchObject({
    ok: false,
    file: parts[1]?.path,
    offset: 0,
    kind: 'reordered',
  })
  expect(await damageOf(path)).not.toEqual([])
})

test('a middle segment that was cut is truncated, wherever it was cut', async () => {
  const { path, parts } = fourSegments()
  const whole = Buffer.concat(parts[1]?.lines ?? [])
  const lines = parts[1]?.lines ?? []
  for (let kept = 1; kept <= lines.length - 1; kept++) {
    const bytes = Buffer.concat(lines.slice(0, kept))
    rewrite(parts[1], bytes)
    expect(await verifyLog(path)).toMatchObject({
      ok: false,
      file: parts[1]?.path,
      offset: bytes.length,
      seq: 12 + kept,
      kind: 'truncated',
    })
    rewrite(parts[1], whole.subarray(0, bytes.length + 7))
    expect(await verifyLog(path)).toMatchObject({ offset: bytes.length, seq: 12 + kept, kind: 'truncated' })
  }
})

test('from a seq on, what lies before is not looked at, and not read where it is another segment', async () => {
  const { path, parts } = fourSegments()
  rewrite(parts[0], Buffer.from('nonsense\n'))
  expect(await verifyLog(path)).toMatchObject({ ok: false, file: parts[0]?.path, offset: 0 })
  expect(await verifyLog(path, { from: 12 })).toMatchObject({ ok: true, firstSeq: 12, lastSeq: 43 })
  expect(await verifyLog(path, { from: 40 })).toMatchObject({ ok: true, records: 4 })
  expect(await verifyLog(path, { from: 44 })).toMatchObject({ ok: false, seq: 44, kind: 'truncated' })
  rewrite(parts[1], Buffer.concat((parts[1]?.lines ?? []).toSpliced(5, 1)))
  expect(await verifyLog(path, { from: 17 })).toMatchObject({ ok: false, seq: 17, kind: 'deleted' })
  expect(await verifyLog(path, { from: 18 })).toMatchObject({ ok: true, firstSeq: 18 })
})

test('a line that was put in is foreign, and so is another log at its end', async () => {
  const path = logPath()
  const lines = linesOf(jobEvents(9))
  const inserted = lines.toSpliced(4, 0, Buffer.from('{"hello":"world"}\n'))
  writeFileSync(path, Buffer.concat(inserted))
  const offset = Buffer.concat(lines.slice(0, 4)).length
  expect(await verifyLog(path)).toMatchObject({ ok: false, offset, seq: 5, kind: 'foreign' })
  writeFileSync(path, Buffer.concat([...lines, ...linesOf([{ type: 'wal_opened', other: true }])]))
  expect(await verifyLog(path)).toMatchObject({ ok: false, seq: 10, kind: 'foreign' })
})

test('a record that was rewritten, with a right checksum, is named by the record after it', async () => {
  const path = logPath()
  const lines = linesOf(jobEvents(9))
  const before = lines[3]?.subarray(0, -1) ?? Buffer.from('')
  const [forged] = linesOf([{ type: 'job_completed', job_id: 'J2' }], { seq: 5, prev: hashLine(before) })
  writeFileSync(path, Buffer.concat(lines.with(4, forged ?? before)))
  const offset = Buffer.concat(lines.slice(0, 4)).length
  expect(await verifyLog(path)).toMatchObject({ ok: false, offset, seq: 5, kind: 'foreign' })
})

test('what is no log at all is foreign; where there is none, nothing is whole', async () => {
  const path = logPath()
  expect(await verifyLog(path)).toMatchObject({ ok: false, file: path, kind: 'truncated' })
  writeFileSync(path, '')
  expect(await verifyLog(path)).toMatchObject({ ok: true, records: 0 })
  rewrite({ path, lines: [] }, Buffer.from('one\ntwo\nthree'))
  expect(await verifyLog(path)).toMatchObject({ ok: false, offset: 0, kind: 'foreign' })
})

test('nothing that comes after the checksum is part of a record', async () => {
  const path = logPath()
  const lines = linesOf(jobEvents(5))
  const text = lines[4]?.toString() ?? ''
  writeFileSync(path, Buffer.concat(lines.slice(0, 4)))
  writeFileSync(path, text.replace(/\}\n$/u, ',"outcome":"failed"}\n'), { flag: 'a' })
  expect(await verifyLog(path)).toMatchObject({ ok: false, seq: 5, kind: 'flipped' })
  expect(await damageOf(path)).toHaveLength(1)
})

test('a segment that the log says is pruned, and that is still there, is told of', async () => {
  const pruned = { type: 'wal_pruned', first_seq: 1, last_seq: 11, last_hash: '0'.repeat(64) } as const
  const files = ['wal.jsonl.0000000000000001', 'wal.jsonl.0000000000000099', '../passwd']
  const { path, parts } = fourSegments([{ ...pruned, files }])
  expect(await verifyLog(path)).toMatchObject({ ok: true, unremoved: [parts[0]?.path] })
})

test('damage in an ended segment is said to stand in the way of pruning, damage in the active one is not', async () => {
  const { path, parts } = fourSegments()
  rewrite(parts[3], Buffer.from('nonsense\n'))
  expect(await verifyLog(path)).toMatchObject({ reason: expect.not.stringContaining('pruned') })
  rewrite(parts[1], Buffer.from('nonsense\n'))
  expect(await verifyLog(path)).toMatchObject({
    file: parts[1]?.path,
    reason: expect.stringContaining('neither this file nor what comes after it is pruned'),
  })
})
