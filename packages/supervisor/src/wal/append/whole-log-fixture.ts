import { basename } from 'node:path'
import { decodeLine, hashLine } from '../line.ts'
import { firstPrev, type WalRecord } from '../record.ts'
import { endedAmong } from '../segments.ts'
import type { Store } from '../store/store.ts'
import { linesOf } from './lines.ts'

interface Step {
  readonly seq: number
  readonly prev: string
  readonly file: string
}

export interface CrashedLog {
  readonly records: readonly WalRecord[]
  readonly isTorn: boolean
  /** There is no active segment, or an empty one. */
  readonly isBetween: boolean
}

/**
 * All records of a log, if it is whole: every line a record, seq without gaps, chained across segments, each of them
 * with its header, and what is missing in front explained by `wal_pruned`. @throws what is wrong with it
 */
export async function readWholeLog(path: string, store: Store): Promise<readonly WalRecord[]> {
  const { records, isTorn, isBetween } = await readLogAfterCrash(path, store)
  if (isTorn || isBetween) throw new Error(`${path}: ${isTorn ? 'a torn last record' : 'no active segment'}`)
  return records
}

/** The same of one whose writer was killed: its very last record may be torn, and its active segment not begun yet. */
export async function readLogAfterCrash(path: string, store: Store): Promise<CrashedLog> {
  const records: WalRecord[] = []
  let last: Step | undefined
  let isTorn = false
  const ended = endedAmong(await store.list(path), path).map((segment) => segment.path)
  for (const segment of [...ended, path]) {
    await using file = await store.openExisting(segment)
    if (file === undefined) break
    let isFirst = true
    for await (const line of linesOf(file)) {
      if (!line.isComplete && segment === path) {
        isTorn = true
        break
      }
      const record = line.isComplete ? decodeLine(line.bytes) : 'torn'
      if (typeof record === 'string') throw new Error(`${segment} at ${line.offset}: ${record}`)
      if (last !== undefined && (record.seq !== last.seq + 1 || record.prev !== last.prev))
        throw new Error(`${segment} at ${line.offset}: seq ${record.seq} after ${last.seq}`)
      if (isFirst) checkHeader(record, last)
      last = { seq: record.seq, prev: hashLine(line.bytes), file: basename(segment) }
      records.push(record)
      isFirst = false
    }
  }
  checkBeginning(records)
  return { records, isTorn, isBetween: (store.find(path)?.bytes ?? 0) === 0 }
}

function checkHeader(record: WalRecord, last: Step | undefined): void {
  const expected = last === undefined ? undefined : { file: last.file, seq: last.seq, hash: last.prev }
  const isRight = expected === undefined || JSON.stringify(record['continues']) === JSON.stringify(expected)
  if (record.type !== 'wal_opened' || !isRight) throw new Error(`no header: ${JSON.stringify(record)}`)
}

function checkBeginning(records: readonly WalRecord[]): void {
  const [first] = records
  if (first === undefined || (first.seq === 1 && first.prev === firstPrev)) return
  const isExplained = records.some(
    (record) =>
      record.type === 'wal_pruned' &&
      record['last_seq'] === first.seq - 1 &&
      record['last_hash'] === first.prev,
  )
  if (!isExplained) throw new Error(`what was before seq ${first.seq} is missing`)
}
