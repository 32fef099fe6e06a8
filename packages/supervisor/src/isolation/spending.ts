import type { LauncherUsage } from '@runtimo/worker'
import { readStat } from '../processes/index.ts'
import { procPath, ProcReader } from '../processes/proc-reader.ts'

/** What one process has used so far. */
export interface Spending extends LauncherUsage {
  /** Resident now. */
  readonly rssBytes: number
}

const reader = new ProcReader()

/** Undefined when the process is gone, or its counters are not ours to read. */
export function readSpending(pid: number): Spending | undefined {
  const stat = readStat(pid)
  if (stat === undefined) return undefined
  const path = procPath('/', pid)
  const io = reader.read(`${path}/io`) ?? ''
  const status = reader.read(`${path}/status`) ?? ''
  return {
    userMs: stat.userMs,
    systemMs: stat.systemMs,
    rssBytes: stat.rssBytes,
    maxRssBytes: (number(status, 'VmHWM') ?? 0) * 1024,
    voluntarySwitches: number(status, 'voluntary_ctxt_switches') ?? 0,
    involuntarySwitches: number(status, 'nonvoluntary_ctxt_switches') ?? 0,
    readBytes: number(io, 'read_bytes'),
    writtenBytes: number(io, 'write_bytes'),
    readChars: number(io, 'rchar'),
    writtenChars: number(io, 'wchar'),
    tasks: undefined,
  }
}

/** Counters less what they were; sizes stay what they are, resident the larger one. */
export function spendingSince(now: Spending, before: Spending): Spending {
  return {
    userMs: now.userMs - before.userMs,
    systemMs: now.systemMs - before.systemMs,
    rssBytes: Math.max(now.rssBytes, before.rssBytes),
    maxRssBytes: now.maxRssBytes,
    voluntarySwitches: now.voluntarySwitches - before.voluntarySwitches,
    involuntarySwitches: now.involuntarySwitches - before.involuntarySwitches,
    readBytes: less(now.readBytes, before.readBytes),
    writtenBytes: less(now.writtenBytes, before.writtenBytes),
    readChars: less(now.readChars, before.readChars),
    writtenChars: less(now.writtenChars, before.writtenChars),
    tasks: undefined,
  }
}

function number(text: string, name: string): number | undefined {
  const line = text.startsWith(`${name}:`) ? 0 : text.indexOf(`\n${name}:`) + 1
  if (line === 0 && !text.startsWith(`${name}:`)) return undefined
  const value = Number.parseInt(text.slice(line + name.length + 1, line + name.length + 32), 10)
  return Number.isNaN(value) ? undefined : value
}

function less(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? undefined : a - (b ?? 0)
}
