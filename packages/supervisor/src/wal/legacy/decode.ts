import { isJsonObject, type Json } from '@runtimo/capabilities'
import { isRecordType, type WalRecord } from '../record.ts'

/**
 * A line of the Rust original as a record with `v: 0`: integer seq and time (v0.2.1), or the time as text (v0.7.3).
 * It has no checksum and no chain: what it says may be anybody's. Undefined for anything else.
 */
export function decodeOld(line: Buffer): WalRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
  if (!isJsonObject(value) || Object.hasOwn(value, 'v') || Object.hasOwn(value, 'crc')) return undefined
  const { seq, ts, type, ...members } = value
  const seconds = toSeconds(ts)
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || !isRecordType(type)) return undefined
  if (seconds === undefined || typeof members['job_id'] !== 'string') return undefined
  return { ...members, v: 0, seq, ts: seconds, mono_ns: 0, boot_id: '', type, prev: '', crc: '' }
}

function toSeconds(ts: Json | undefined): number | undefined {
  if (typeof ts === 'number') return Number.isFinite(ts) ? ts : undefined
  if (typeof ts !== 'string') return undefined
  const seconds = /^\d+(?:\.\d+)?$/u.test(ts) ? Number(ts) : Date.parse(ts) / 1000
  return Number.isFinite(seconds) ? seconds : undefined
}
