import { basename } from 'node:path'
import { hasCode } from '../../linux/errno.ts'
import { readAnchors } from '../anchor/read.ts'
import type { DecodedRecord } from '../read/decode.ts'
import { scan } from '../read/scan.ts'
import { firstPrev } from '../record.ts'
import { endedAmong } from '../segments.ts'
import { judge } from './judge.ts'
import { Pruned } from './pruned.ts'
import type { Damage } from './place.ts'
import { Walk } from './walk.ts'
import { parseAnchor, Wanted, type WantedHash } from './wanted.ts'

export interface VerifyOptions {
  /** Only records from this seq on; what lies before is taken as given. */
  readonly from?: number | undefined
  /** `HASH` or `SEQ:HASH` of a record that must be in the log. */
  readonly anchor?: string | undefined
  /** File of signed anchors; `<log>.anchors` unless told. */
  readonly anchors?: string | undefined
  /** PEM of the Ed25519 key that the anchors are checked with; without it they are not looked at. */
  readonly publicKey?: string | undefined
}

/** All that was read is as it was written, as far as the log alone and the anchors can tell. */
export interface Verified {
  readonly ok: true
  readonly records: number
  readonly bytes: number
  /** 0 in a log without records. */
  readonly firstSeq: number
  readonly lastSeq: number
  /** SHA-256 of the last record, in hexadecimal; zeros in a log without records. */
  readonly head: string
  /** Ended segments that the log says are pruned, and that are still there: the next pruning tries again. */
  readonly unremoved: readonly string[]
  readonly anchors: {
    /** Anchors whose record is in what was read. */
    readonly met: number
    /** Anchors of records before it: pruned, or before `from`. */
    readonly passed: number
    /** Anchors of other keys than the one given. */
    readonly otherKeys: number
  }
}

export type Verification = Verified | Damage

/**
 * Reads a log to its end and checks each record's checksum, the chain, the seqs, the joins of segments and the
 * anchors. Constant memory. @throws RT_USAGE on an anchor or key that is none, the system error where a file cannot be read
 */
export async function verifyLog(path: string, options: VerifyOptions = {}): Promise<Verification> {
  const { from = 1, anchor } = options
  const signed = await readAnchors(path, options)
  if ('ok' in signed) return signed
  const all: WantedHash[] = [...signed.wanted, ...(anchor === undefined ? [] : [parseAnchor(anchor)])]
  const wanted = new Wanted(all)
  const walk = new Walk(wanted, from)
  const pruned = new Pruned(path)
  try {
    for await (const batch of scan(path, { from })) {
      walk.follow(batch)
      pruned.follow(batch)
    }
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    const reason = 'there is no log: neither the file nor a segment beside it'
    return { ok: false, file: path, offset: 0, seq: null, kind: 'truncated', reason }
  }
  const damage = await findDamage(path, walk, { wanted, from })
  if (damage !== undefined) return toldOfPruning(damage, path)
  const { records, bytes, first, last } = walk
  const { passed } = wanted
  return {
    ok: true,
    records,
    bytes,
    firstSeq: first?.record.seq ?? 0,
    lastSeq: last?.record.seq ?? 0,
    head: last?.hash ?? firstPrev,
    unremoved: pruned.stillThere,
    anchors: { met: all.length - passed, passed, otherKeys: signed.otherKeys },
  }
}

function toldOfPruning(damage: Damage, path: string): Damage {
  const isEnded = endedAmong([basename(damage.file)], path).length > 0
  if (!isEnded) return damage
  return { ...damage, reason: `${damage.reason}; neither this file nor what comes after it is pruned` }
}

/** The first bad place in the order of the log. */
async function findDamage(
  path: string,
  walk: Walk,
  { wanted, from }: { readonly wanted: Wanted; readonly from: number },
): Promise<Damage | undefined> {
  const { beginning, mismatch, evidence, last } = walk
  const found = beginning ?? mismatch
  if (found !== undefined) return found
  if (evidence !== undefined) {
    const { line } = evidence
    return judge(evidence, line.record !== undefined && (await hasTwin(path, line)))
  }
  const end = { ...walk.end, file: walk.end.file === '' ? path : walk.end.file }
  if (last === undefined && from > 1) {
    const reason = `the log ends before record ${from}, from which on it was to be verified`
    return { ok: false, ...end, seq: from, kind: 'truncated', reason }
  }
  return wanted.missing(end, (last?.record.seq ?? 0) + 1)
}

/** Whether the very same record stands before it, too. */
async function hasTwin(path: string, { file, offset, hash }: DecodedRecord): Promise<boolean> {
  for await (const { lines } of scan(path)) {
    for (const line of lines) {
      if (line.file === file && line.offset === offset) return false
      if (line.record !== undefined && line.hash === hash) return true
    }
  }
  return false
}
