import { hasCode } from '../../linux/errno.ts'
import { writeControl, writeIfOffered } from '../control-file.ts'
import type { Ceiling } from './controller.ts'
import { field, whole } from './count.ts'

/** At equal ceilings the sum would be full first, whose failures the kernel does not count: 64 pages charged at once. */
const slackBytes = 262_144

/** Bytes of memory and swap together: there is no way around the ceiling through swap. */
export const memory: Ceiling = {
  names: { 1: 'memory', 2: 'memory' },
  counters: {
    1: {
      memoryPeakBytes: whole('memory.max_usage_in_bytes'),
      memoryEventsMax: whole('memory.failcnt'),
      oomKills: field('memory.oom_control', 'oom_kill'),
    },
    2: {
      memoryPeakBytes: whole('memory.peak'),
      memoryEventsMax: field('memory.events', 'max'),
      oomKills: field('memory.events', 'oom_kill'),
    },
  },
  harmless: 2 ** 30,

  limit(directory, version, bytes) {
    if (version === 1) limitBoth(directory, bytes)
    else {
      writeControl(directory, 'memory.max', String(bytes))
      writeIfOffered(directory, 'memory.swap.max', '0')
      writeIfOffered(directory, 'memory.oom.group', '1')
    }
  },
}

/** Memory alone may never be allowed more than memory and swap: when raised, the sum goes first. */
function limitBoth(directory: string, bytes: number): void {
  const alone = String(bytes)
  const sum = String(bytes + slackBytes)
  try {
    writeControl(directory, 'memory.limit_in_bytes', alone)
  } catch (error) {
    if (!hasCode(error, 'EINVAL')) throw error
    writeControl(directory, 'memory.memsw.limit_in_bytes', sum)
    writeControl(directory, 'memory.limit_in_bytes', alone)
  }
  // Without the sum (swapaccount=0) the group is at least told not to swap.
  if (!writeIfOffered(directory, 'memory.memsw.limit_in_bytes', sum))
    writeIfOffered(directory, 'memory.swappiness', '0')
}
