/** What the proc connector tells, of what matters here. `at` is in nanoseconds of CLOCK_MONOTONIC. */
export type ProcEvent = ForkEvent | ExecEvent | CommEvent | ExitEvent

export interface ForkEvent {
  readonly kind: 'fork'
  readonly at: number
  readonly parent: number
  readonly pid: number
  /** A new thread of `pid`, not a process. */
  readonly thread: boolean
}

export interface ExecEvent {
  readonly kind: 'exec'
  readonly at: number
  readonly pid: number
}

export interface CommEvent {
  readonly kind: 'comm'
  readonly at: number
  readonly pid: number
  readonly tid: number
  readonly comm: string
}

export interface ExitEvent {
  readonly kind: 'exit'
  readonly at: number
  readonly pid: number
  readonly tid: number
  /** As from waitpid(). */
  readonly status: number
}

// Offsets into a datagram: struct nlmsghdr (16 bytes), struct cn_msg (20), struct proc_event.
const WHAT = 36
const TIMESTAMP = 44
const DATA = 52

const FORK = 0x1
const EXEC = 0x2
const COMM = 0x200
const EXIT = 0x8000_0000

export function decodeProcEvent(bytes: Buffer, length: number): ProcEvent | undefined {
  if (length < DATA + 16) return undefined
  // As a plain number: exact for 104 days of uptime, and to 2 ns for a year; a BigInt costs more.
  const at = bytes.readUInt32LE(TIMESTAMP + 4) * 2 ** 32 + bytes.readUInt32LE(TIMESTAMP)
  const word = (index: number): number => bytes.readUInt32LE(DATA + 4 * index)
  switch (bytes.readUInt32LE(WHAT)) {
    case FORK:
      return { kind: 'fork', at, parent: word(1), pid: word(3), thread: word(2) !== word(3) }
    case EXEC:
      return { kind: 'exec', at, pid: word(1) }
    case COMM:
      return { kind: 'comm', at, pid: word(1), tid: word(0), comm: text(bytes.subarray(DATA + 8, DATA + 24)) }
    case EXIT:
      return { kind: 'exit', at, pid: word(1), tid: word(0), status: word(2) }
    default:
      return undefined
  }
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
}
