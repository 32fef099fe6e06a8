import fs from 'node:fs'
import { pageSize } from '../processes/page-size.ts'
import { procPath, type ProcReader } from '../processes/proc-reader.ts'
import { parseStat, type ProcessIdentity } from '../processes/index.ts'

/** What grows while a process lives, with all that it inherited from children that it waited for. */
export interface Counters {
  readonly userMs: number
  readonly systemMs: number
  readonly readBytes: number
  readonly writtenBytes: number
}

export const noCounters: Counters = { userMs: 0, systemMs: 0, readBytes: 0, writtenBytes: 0 }

/** One process of a job at one look. */
export interface Member extends Readonly<ProcessIdentity> {
  readonly ppid: number
  readonly comm: string
  /** Threads. */
  readonly tasks: number
  readonly rssBytes: number
  /** Its own CPU time, without children. */
  readonly ownCpuMs: number
  readonly counters: Counters
  /** 0 unless wanted. */
  readonly descriptors: number
}

export interface MemberWishes {
  /** Bytes read and written: from /proc/PID/io. */
  readonly io: boolean
  readonly descriptors: boolean
}

/**
 * Reads one process; undefined when it is gone, or another has its pid. Bytes of a process that may not be looked
 * into (for a normal user: one that is not dumpable, or has another uid) stay as they were `before`.
 */
export function readMember(
  reader: ProcReader,
  { pid, startTime }: Readonly<ProcessIdentity>,
  wishes: MemberWishes,
  root: string,
  before?: Member,
): Member | undefined {
  const path = procPath(root, pid)
  const stat = parseStat(reader.read(`${path}/stat`) ?? '', pageSize)
  if (stat?.startTime !== startTime) return undefined
  const io = wishes.io ? readIo(reader, path) : undefined
  return {
    pid,
    startTime,
    ppid: stat.ppid,
    comm: stat.comm,
    tasks: stat.threads,
    rssBytes: stat.rssBytes,
    ownCpuMs: stat.cpuMs,
    counters: {
      userMs: stat.userMs + stat.waitedUserMs,
      systemMs: stat.systemMs + stat.waitedSystemMs,
      readBytes: io?.readBytes ?? before?.counters.readBytes ?? 0,
      writtenBytes: io?.writtenBytes ?? before?.counters.writtenBytes ?? 0,
    },
    descriptors: wishes.descriptors ? countDescriptors(path) : 0,
  }
}

/** Storage only: not pipes, not file systems in memory. The kernel adds those of children that were waited for. */
function readIo(reader: ProcReader, path: string): Pick<Counters, 'readBytes' | 'writtenBytes'> | undefined {
  const text = reader.read(`${path}/io`) ?? ''
  const match = /^read_bytes: (\d+)\nwrite_bytes: (\d+)$/m.exec(text)
  return match === null ? undefined : { readBytes: Number(match[1]), writtenBytes: Number(match[2]) }
}

function countDescriptors(path: string): number {
  try {
    // Since Linux 6.2 the size is the number; before, it is 0.
    return fs.statSync(`${path}/fd`).size || fs.readdirSync(`${path}/fd`).length
  } catch {
    return 0
  }
}
