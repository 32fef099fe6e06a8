import { decodeLine, lineBeginning } from './line.ts'
import type { WalRecord } from './record.ts'

/** So much was never unsynced: a batch is smaller. */
const maxBytes = 8_388_608
/** The least that a disk loses at once. */
const sectorBytes = 512
const head = /^\{"v":1,"seq":\d+,"ts":\d+,"mono_ns":(\d+),"boot_id":"([^"\\]*)"/u
const headBytes = 256

/** What a line says of whether a crash has torn it, or what comes before it. */
export interface Trace {
  /** A crash may have left it so. */
  readonly isLeft: boolean
  /** The batch that it is of, where that can be read. */
  readonly batch: string | undefined
}

/**
 * What a crash can leave at the end of the active segment, from the first line on that is no record. A crash may leave
 * the beginning of a last record. A power cut may also leave a hole of zeros anywhere in the last batch, which was never
 * acknowledged then; no record has a zero byte in it. Everything else that is not a record is damage, and not to be cut:
 * it may be somebody's file under a wrong name.
 */
export class Tear {
  readonly #offset: number
  #batch: string | undefined
  #isOne = true

  constructor(offset: number) {
    this.#offset = offset
  }

  /** Each line in its order, the first one too; `end`: where it ends in the file. */
  follow({ isLeft, batch }: Trace, end: number): void {
    this.#batch ??= batch
    const isOther = batch !== undefined && batch !== this.#batch
    if (!isLeft || isOther || end - this.#offset >= maxBytes) this.#isOne = false
  }

  /** False: it is damage. */
  get isOne(): boolean {
    return this.#isOne
  }
}

/** Of what is no record; `complete`: it has a newline, which is not in `bytes`. */
export function traceOf(bytes: Buffer, offset: number, complete: boolean): Trace {
  const [, monoNs, bootId] = head.exec(bytes.toString('latin1', 0, headBytes)) ?? []
  const isLeft = (!complete && isBeginning(bytes)) || isHollow(bytes, offset)
  return { isLeft, batch: monoNs === undefined ? undefined : `${bootId} ${monoNs}` }
}

export function traceOfRecord(record: WalRecord): Trace {
  return { isLeft: true, batch: batchOf(record) }
}

/** The same for all records of a batch, and for no others: they have the moment at which it was made. */
export function batchOf({ boot_id: bootId, mono_ns: monoNs }: WalRecord): string {
  return `${bootId} ${monoNs}`
}

/** A whole record after which another byte stands than its newline was durable once; a zero was never written. */
function isBeginning(bytes: Buffer): boolean {
  const start = bytes.subarray(0, lineBeginning.length)
  if (!start.equals(lineBeginning.subarray(0, bytes.length))) return false
  return bytes.at(-1) === 0 || typeof decodeLine(bytes.subarray(0, -1)) === 'string'
}

function isHollow(bytes: Buffer, offset: number): boolean {
  if (offset > 0) return bytes.includes(0)
  // Without a record before it, it is not known to be a log at all.
  if (bytes[0] === 0) return bytes.subarray(0, sectorBytes).every((byte) => byte === 0)
  return bytes.subarray(0, lineBeginning.length).equals(lineBeginning) && bytes.includes(0)
}
