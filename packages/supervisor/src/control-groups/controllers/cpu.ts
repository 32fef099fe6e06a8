import { readControl, readField, writeControl } from '../control-file.ts'
import { defined } from './defined.ts'
import type { Ceiling } from './controller.ts'

/** What a new group of version 1 has too. */
const periodUs = 100_000
const leastQuotaUs = 1000

/** A share of the processors: 1.5 is one and a half. */
export const cpu: Ceiling = {
  names: { 1: 'cpu', 2: 'cpu' },
  harmless: 1,

  limit(directory, version, share) {
    const quota = Math.max(leastQuotaUs, Math.round(share * periodUs))
    if (version === 1) writeControl(directory, 'cpu.cfs_quota_us', String(quota))
    else writeControl(directory, 'cpu.max', `${quota} ${periodUs}`)
  },

  read(directory, version) {
    const stat = readControl(directory, 'cpu.stat')
    const nanoseconds = readField(stat, 'throttled_time')
    const microseconds = readField(stat, 'throttled_usec')
    return defined({
      throttledMs: version === 1 ? divide(nanoseconds, 1e6) : divide(microseconds, 1e3),
    })
  },
}

function divide(count: number | undefined, by: number): number | undefined {
  return count === undefined ? undefined : count / by
}
