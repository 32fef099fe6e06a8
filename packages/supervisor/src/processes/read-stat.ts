import { pageSize } from './page-size.ts'
import { procPath, ProcReader } from './proc-reader.ts'
import { isOver, parseStat, type ProcessStat } from './stat.ts'

/** What names one process for good, though its pid may be used again. */
export interface ProcessIdentity {
  pid: number
  /** Clock ticks since boot. */
  startTime: number
}

/** A key for one process: pid and start time. */
export function nameOf({ pid, startTime }: Readonly<ProcessIdentity>): string {
  return `${pid}:${startTime}`
}

/** One for all: a buffer each was most of what a job left for the collector outside of the heap. */
const reader = new ProcReader()

/** Reads /proc/PID/stat; undefined when the process is gone. */
export function readStat(pid: number, root: string = '/'): ProcessStat | undefined {
  const text = reader.read(`${procPath(root, pid)}/stat`)
  return text === undefined ? undefined : parseStat(text, pageSize)
}

/** Whether this very process still runs, be it in one thread: not another with its pid, and no zombie. */
export function isAlive(process: ProcessIdentity, root: string = '/'): boolean {
  const stat = readStat(process.pid, root)
  return stat !== undefined && stat.startTime === process.startTime && !isOver(stat)
}
