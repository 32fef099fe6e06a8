import { hash } from 'node:crypto'
import { isJsonObject } from '@runtimo/capabilities'
import { crc32c } from '@node-rs/crc32'
import { isRecord, type WalEvent, type WalRecord } from './record.ts'

/** Where a record stands in the chain. */
export interface Link {
  readonly seq: number
  readonly prev: string
}

export interface Clock {
  readonly ts: number
  readonly monoNs: number
  readonly bootId: string
}

/** Every record begins so. */
export const lineBeginning: Buffer = Buffer.from('{"v":1,"seq":')
const crcMember = Buffer.from(',"crc":"')
/** The checksum's eight digits, and what closes its string and the record. */
const crcTail = 10

/** The bytes of one record, without the newline. */
export function encodeLine(event: WalEvent, link: Link, clock: Clock): Buffer {
  const { type, ...members } = event
  const body = JSON.stringify({
    v: 1,
    seq: link.seq,
    ts: clock.ts,
    mono_ns: clock.monoNs,
    boot_id: clock.bootId,
    type,
    ...members,
    prev: link.prev,
  }).slice(0, -1)
  return Buffer.from(`${body},"crc":"${checksum(Buffer.from(body))}"}`)
}

/** The record of a line, or what is wrong with it. Says nothing about its place in the chain. */
export function decodeLine(line: Buffer): WalRecord | string {
  // What came after the checksum would be covered by nothing, and could say anything.
  const at = line.length - crcMember.length - crcTail
  if (at < 0 || line.indexOf(crcMember, at) !== at)
    return line.includes(crcMember) ? 'the checksum is not its last member' : 'no checksum'
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch {
    return 'not JSON'
  }
  if (!isJsonObject(value) || !isRecord(value)) return 'not a record'
  return readHex(line, at + crcMember.length) === crc32c(line.subarray(0, at))
    ? value
    : 'the checksum does not fit'
}

/** The seq in the beginning of a line; undefined when it is not that of a record. */
export function seqIn(beginning: Buffer): number | undefined {
  const [, digits] = /^\{"v":1,"seq":(\d{1,16}),/u.exec(beginning.toString('latin1')) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** What the record after this line must have as `prev`. */
export function hashLine(line: Buffer): string {
  return hash('sha256', line)
}

/** Eight lower-case hexadecimal digits, as the writer puts them; NaN for anything else. */
function readHex(line: Buffer, at: number): number {
  let value = 0
  for (let index = at; index < at + 8; index++) {
    const byte = line[index] ?? 0
    const digit =
      byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : Number.NaN
    value = value * 16 + digit
  }
  return value
}

function checksum(bytes: Buffer): string {
  return crc32c(bytes).toString(16).padStart(8, '0')
}
