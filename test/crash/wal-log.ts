import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLogAfterCrash } from '../../packages/supervisor/src/wal/append/whole-log-fixture.ts'
import { RealStore } from '../../packages/supervisor/src/wal/store/real-store.ts'

/** Every fifth log has large records, which take a while to write; its segments are larger, too. */
export function isLarge(log: number): boolean {
  return log % 5 === 0
}

/** What the record number n of a log holds beside its number: mostly less than a page, or many pages. */
export function fillOf(log: number, n: number): string {
  const mixed = Math.imul(n + 1, 0x9e3779b1) >>> 0
  return String(n % 10).repeat(isLarge(log) && mixed % 2 === 0 ? 100_000 : mixed % 2500)
}

/** What a killed writer left of a log. */
export interface Left {
  readonly isTorn: boolean
  /** The active segment had just been ended. */
  readonly isBetween: boolean
  readonly isPruned: boolean
}

/** @throws what acknowledged record is lost, what is there that nobody wrote, or what is not whole */
export async function checkLog(
  directory: string,
  log: number,
  acknowledged: readonly number[],
): Promise<Left> {
  const path = join(directory, String(log), 'wal.jsonl')
  const { records, isTorn, isBetween } = await readLogAfterCrash(path, new RealStore())
  const found = new Map<number, string>()
  let last = -1
  for (const { n, fill } of records) {
    if (typeof n !== 'number' || typeof fill !== 'string') continue
    // Numbers are given in the order of the calls, and begin anew, higher, with each writer.
    const isNext = n === last + 1 || n % 1_000_000 === 0 || last === -1
    if (!isNext || n <= last) throw new Error(`${path}: record ${n} after ${last}`)
    if (fill !== fillOf(log, n)) throw new Error(`${path}: record ${n} is not what was written`)
    found.set(n, fill)
    last = n
  }
  const isPruned = (records[0]?.seq ?? 1) > 1
  const first = isPruned ? (found.keys().next().value ?? Number.POSITIVE_INFINITY) : 0
  const lost = acknowledged.filter((n) => n >= first && !found.has(n))
  if (lost.length > 0) throw new Error(`${path}: acknowledged, and lost: ${lost.join()}`)
  return { isTorn, isBetween, isPruned }
}

/** By log, from lines `LOG N` of one writer of many. */
export function readAcknowledged(path: string): Map<number, number[]> {
  const byLog = new Map<number, number[]>()
  for (const line of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
    const [log = Number.NaN, n = Number.NaN] = line.split(' ').map(Number)
    if (!Number.isSafeInteger(log) || !Number.isSafeInteger(n)) throw new Error(`not acknowledged: ${line}`)
    byLog.set(log, [...(byLog.get(log) ?? []), n])
  }
  return byLog
}
