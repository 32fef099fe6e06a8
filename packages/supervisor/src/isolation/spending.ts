import type { LauncherUsage } from '@runtimo/worker'
import { readStat } from '../processes/index.ts'
import { readText } from '../telemetry/read-text.ts'

/** What one process has used so far. */
export type Spending = LauncherUsage

/** Undefined when the process is gone, or its counters are not ours to read. */
export function readSpending(pid: number): Spending | undefined {
  const stat = readStat(pid)
  if (stat === undefined) return undefined
  const io = readText('/', `/proc/${pid}/io`) ?? ''
  const status = readText('/', `/proc/${pid}/status`) ?? ''
  return {
    userMs: stat.userMs,
    systemMs: stat.systemMs,
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

/** Counters less what they were; the largest size stays what it is. */
export function spendingSince(now: Spending, before: Spending): Spending {
  return {
    userMs: now.userMs - before.userMs,
    systemMs: now.systemMs - before.systemMs,
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
  const [, digits] = new RegExp(`^${name}:\\s*(\\d+)`, 'mu').exec(text) ?? []
  return digits === undefined ? undefined : Number(digits)
}

function less(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? undefined : a - (b ?? 0)
}
