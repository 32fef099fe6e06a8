import { bootTape } from './executable.ts'
import {
  CLD_EXITED,
  endedFrame,
  failedBytes,
  frameBytes,
  heldFrame,
  ioBytes,
  readyFrame,
  rusageBytes,
} from './frames.ts'
import { bootPlace } from './memory.ts'
import type { Description, Tape } from './tape.ts'

export type Status =
  /** The launcher waits for the tape of its job. */
  | { readonly kind: 'ready' }
  /** The job's process has given up every right and waits for one byte, the word to start. */
  | { readonly kind: 'held' }
  /** The job's first process ended. Level sandbox: and every other one is gone. */
  | { readonly kind: 'ended'; readonly code: number | null; readonly signal: number | null }
  | { readonly kind: 'usage'; readonly usage: LauncherUsage }
  /** A system call of a tape failed, and with it the launch. `errno` is positive. */
  | ({ readonly kind: 'failed'; readonly errno: number } & Description)

/**
 * Of all processes that were waited for, the launcher's own included. Undefined: the kernel does not tell.
 * Not in it: those whose parent ignores SIGCHLD, and those that die because pid 1 of their sandbox was killed.
 */
export interface LauncherUsage {
  readonly userMs: number
  readonly systemMs: number
  /** Of the largest single process. */
  readonly maxRssBytes: number
  readonly voluntarySwitches: number
  readonly involuntarySwitches: number
  /** Of the storage layer. */
  readonly readBytes: number | undefined
  readonly writtenBytes: number | undefined
  /** By system calls, whatever the file was. */
  readonly readChars: number | undefined
  readonly writtenChars: number | undefined
  /** Processes and threads ever made; a lower bound after pids began again. Level sandbox only. */
  readonly tasks: number | undefined
}

/** Cuts what a launcher writes into its statements. */
export class StatusReader {
  readonly #tapes: () => readonly Tape[]
  #rest: Buffer = Buffer.alloc(0)

  /** `tapes`: all that the launcher was given so far. */
  constructor(tapes: () => readonly Tape[]) {
    this.#tapes = tapes
  }

  /** Throws a RangeError when the bytes are no statement of a launcher. */
  push(chunk: Buffer): Status[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const found: Status[] = []
    while (this.#rest.length >= 8) {
      const word = this.#rest.readBigUInt64LE()
      const kind = word < bootPlace.records.address ? Number(word) : undefined
      const length = kind === undefined ? failedBytes : frameBytes[kind]
      if (length === undefined) throw new RangeError(`a launcher does not write frames of kind ${word}`)
      if (this.#rest.length < length) break
      const frame = this.#rest.subarray(0, length)
      this.#rest = this.#rest.subarray(length)
      found.push(kind === undefined ? this.#failure(frame) : decode(kind, frame))
    }
    return found
  }

  #failure(frame: Buffer): Status {
    const address = frame.readBigUInt64LE()
    const result = frame.readBigInt64LE(8)
    const tapes = this.#tapes()
    for (const tape of [...tapes, ...tapes.slice(0, 1).map(({ arch }) => bootTape(arch))]) {
      const record = tape.describe(Number(address))
      // A result that is no error failed by being another than the expected one.
      if (record !== undefined) return { kind: 'failed', ...record, errno: result < 0n ? Number(-result) : 0 }
    }
    throw new RangeError(`no tape has a record at ${address}`)
  }
}

function decode(kind: number, frame: Buffer): Status {
  if (kind === readyFrame) return { kind: 'ready' }
  if (kind === heldFrame) return { kind: 'held' }
  if (kind === endedFrame) return decodeEnd(frame.readInt32LE(8), frame.readInt32LE(12))
  return { kind: 'usage', usage: decodeUsage(frame.subarray(8)) }
}

const CLD_DUMPED = 3

function decodeEnd(code: number, status: number): Status {
  if (code < CLD_EXITED || code > CLD_DUMPED)
    throw new RangeError(`si_code ${code} is not of a process that ended`)
  return code === CLD_EXITED
    ? { kind: 'ended', code: status, signal: null }
    : { kind: 'ended', code: null, signal: status }
}

function decodeUsage(bytes: Buffer): LauncherUsage {
  const rusage = (index: number): number => toNumber(bytes.readBigInt64LE(8 * index))
  const milliseconds = (index: number): number => rusage(index) * 1000 + rusage(index + 1) / 1000
  const io = text(bytes.subarray(rusageBytes, rusageBytes + ioBytes))
  const counter = (name: string): number | undefined => {
    if (io === '') return undefined
    return integer(
      new RegExp(`^${name}: (\\d+)$`, 'mu').exec(io)?.[1] ?? `no ${name} in ${JSON.stringify(io)}`,
    )
  }
  const lastPid = text(bytes.subarray(rusageBytes + ioBytes)).trim()
  return {
    userMs: milliseconds(0),
    systemMs: milliseconds(2),
    maxRssBytes: rusage(4) * 1024,
    voluntarySwitches: rusage(16),
    involuntarySwitches: rusage(17),
    readBytes: counter('read_bytes'),
    writtenBytes: counter('write_bytes'),
    readChars: counter('rchar'),
    writtenChars: counter('wchar'),
    tasks: lastPid === '' ? undefined : integer(lastPid) - 1, // without pid 1, which is ours
  }
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('latin1', 0, end === -1 ? bytes.length : end)
}

function integer(digits: string): number {
  if (!/^\d+$/u.test(digits)) throw new RangeError(`a launcher wrote no number: ${digits}`)
  return toNumber(BigInt(digits))
}

function toNumber(value: bigint): number {
  const number = Number(value)
  if (value < 0n || !Number.isSafeInteger(number))
    throw new RangeError(`a launcher wrote a count of ${value}`)
  return number
}
