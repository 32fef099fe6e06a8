import { writeControl } from '../control-file.ts'
import type { Ceiling } from './controller.ts'
import { divided, field } from './count.ts'

/** What a new group of version 1 has too. */
const periodUs = 100_000
const leastQuotaUs = 1000

/** A share of the processors: 1.5 is one and a half. */
export const cpu: Ceiling = {
  names: { 1: 'cpu', 2: 'cpu' },
  counters: {
    1: { throttledMs: divided(field('cpu.stat', 'throttled_time'), 1e6) },
    2: { throttledMs: divided(field('cpu.stat', 'throttled_usec'), 1e3) },
  },
  harmless: 1,

  limit(directory, version, share) {
    const quota = Math.max(leastQuotaUs, Math.round(share * periodUs))
    if (version === 1) writeControl(directory, 'cpu.cfs_quota_us', String(quota))
    else writeControl(directory, 'cpu.max', `${quota} ${periodUs}`)
  },
}
