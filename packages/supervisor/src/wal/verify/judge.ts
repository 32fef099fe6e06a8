import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isJsonObject } from '@runtimo/capabilities'
import type { DecodedRecord, Undecodable } from '../read/decode.ts'
import { firstPrev } from '../record.ts'
import type { Evidence } from './evidence.ts'
import { type Damage, damageAt } from './place.ts'

/** Says what the damage is, from its neighbours. `hasTwin`: the log has the very same line before it. */
export function judge(evidence: Evidence, hasTwin: boolean): Damage {
  const { line } = evidence
  if (line.record !== undefined) return judgeRecord(line, evidence, hasTwin)
  if (evidence.isTear) return judgeTear(line, evidence)
  return line.complete ? judgeUnreadable(line, evidence) : judgeCut(line, evidence)
}

/** By the rules of the writer, which repairs it. */
function judgeTear(line: Undecodable, evidence: Evidence): Damage {
  const what = line.complete
    ? 'a hole in the last batch, as a power cut leaves it'
    : 'the last record was cut short, as by a crash'
  return damageAt(line, expectedSeq(evidence), 'torn', `${what}: the next writer repairs it`)
}

function judgeCut(line: Undecodable, evidence: Evidence): Damage {
  const seq = expectedSeq(evidence)
  if (line.hasRecord) return damageAt(line, seq, 'flipped', 'the newline of the last record was altered')
  if (!line.isLikeRecord) return damageAt(line, seq, 'foreign', 'it ends with bytes that begin no record')
  if (evidence.isInActive)
    return damageAt(line, seq, 'flipped', 'the last record was cut short, and not as a crash does it')
  return damageAt(line, seq, 'truncated', 'the file ends within a record, and is not the one written to')
}

function judgeUnreadable(line: Undecodable, evidence: Evidence): Damage {
  const { next, unreadable, isLikeRecord } = evidence
  const seq = expectedSeq(evidence)
  const missing = next === undefined || seq === undefined ? undefined : next.record.seq - seq
  const isInserted = missing === undefined ? !isLikeRecord : missing <= 0
  if (isInserted) return damageAt(line, seq, 'foreign', `no record: ${line.reason}`)
  const what = missing === undefined ? 'a record' : missing === 1 ? `record ${seq}` : `${missing} records`
  const where = unreadable === 1 ? 'the line' : `the ${unreadable} lines`
  return damageAt(line, seq, 'flipped', `${where} in the place of ${what}: ${line.reason}`)
}

/** What belongs in the place of what cannot be read; at the very beginning a segment's name or what follows tells. */
function expectedSeq({ line, state, next, before }: Evidence): number | undefined {
  if (state.next !== undefined || before !== undefined) return state.next?.seq
  const [, digits] = /\.(\d{16})$/u.exec(line.file) ?? []
  if (digits !== undefined) return Number(digits)
  // A line can hold two records when the newline between them was altered.
  return next === undefined || next.record.seq <= 3 ? 1 : undefined
}

function judgeRecord(line: DecodedRecord, evidence: Evidence, hasTwin: boolean): Damage {
  const { record } = line
  const { state } = evidence
  if (record.v === 0)
    return damageAt(
      line,
      state.next?.seq,
      'foreign',
      'a record of the Rust original: nothing proves what it says',
    )
  const expected = state.next?.seq ?? (state.lastSeq === undefined ? 1 : state.lastSeq + 1)
  if (record.seq > expected) return judgeGap(line, expected, evidence)
  if (record.seq === expected) return judgeStranger(line, evidence)
  if (hasTwin) return damageAt(line, expected, 'reordered', `record ${record.seq} stands here once more`)
  const begins = record.seq === 1 && record.prev === firstPrev
  const what = begins ? 'another log begins here' : `a second record with seq ${record.seq}`
  return damageAt(line, expected, 'foreign', what)
}

function judgeGap(line: DecodedRecord, expected: number, { returns, before }: Evidence): Damage {
  const { seq } = line.record
  if (returns)
    return damageAt(line, expected, 'reordered', `record ${seq} stands here, and ${expected} further on`)
  const names = expected === seq - 1 ? `record ${expected} is` : `records ${expected} to ${seq - 1} are`
  if (before === undefined || before.file === line.file || isNamedFileGone(line))
    return damageAt(line, expected, 'deleted', `${names} missing before record ${seq}`)
  const end = { file: before.file, offset: before.offset + before.size }
  return damageAt(end, expected, 'truncated', `the file ends too early: ${names} missing at its end`)
}

/** A segment names the file that it continues: where that is gone, it was not shortened but removed. */
function isNamedFileGone({ file, record }: DecodedRecord): boolean {
  const { continues } = record
  if (continues === undefined || !isJsonObject(continues)) return false
  const { file: name } = continues
  return typeof name === 'string' && !existsSync(join(dirname(file), basename(name)))
}

/** The right seq, and yet it does not name the record before it: one of the two is not the one that was written. */
function judgeStranger(line: DecodedRecord, { before, next }: Evidence): Damage {
  const { seq } = line.record
  if (before !== undefined && next?.record.prev === line.hash) {
    const reason = `record ${seq - 1} was rewritten: its checksum fits, and record ${seq} names another`
    return damageAt(before, seq - 1, 'foreign', reason)
  }
  return damageAt(line, seq, 'foreign', `record ${seq} names another record before it than there is`)
}
