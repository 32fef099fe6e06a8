import { hasCode } from '../../linux/errno.ts'
import { readControl, readCount, readField, writeControl, writeIfOffered } from '../control-file.ts'
import { defined } from './defined.ts'
import type { Ceiling } from './controller.ts'

/** At equal ceilings the sum would be full first, whose failures the kernel does not count: 64 pages charged at once. */
const slackBytes = 262_144

/** Bytes of memory and swap together: there is no way around the ceiling through swap. */
export const memory: Ceiling = {
  names: { 1: 'memory', 2: 'memory' },
  harmless: 2 ** 30,

  limit(directory, version, bytes) {
    if (version === 1) limitBoth(directory, bytes)
    else {
      writeControl(directory, 'memory.max', String(bytes))
      writeIfOffered(directory, 'memory.swap.max', '0')
      writeIfOffered(directory, 'memory.oom.group', '1')
    }
  },

  read(directory, version) {
    if (version === 1) {
      return defined({
        memoryPeakBytes: readCount(directory, 'memory.max_usage_in_bytes'),
        memoryEventsMax: readCount(directory, 'memory.failcnt'),
        oomKills: readField(readControl(directory, 'memory.oom_control'), 'oom_kill'),
      })
    }
    const events = readControl(directory, 'memory.events')
    return defined({
      memoryPeakBytes: readCount(directory, 'memory.peak'),
      memoryEventsMax: readField(events, 'max'),
      oomKills: readField(events, 'oom_kill'),
    })
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
