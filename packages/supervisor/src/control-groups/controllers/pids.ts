import { readControl, readCount, readField, writeControl } from '../control-file.ts'
import { defined } from './defined.ts'
import type { Ceiling } from './controller.ts'

/** Processes and threads at once. */
export const pids: Ceiling = {
  names: { 1: 'pids', 2: 'pids' },
  harmless: 1024,

  limit(directory, _version, count) {
    writeControl(directory, 'pids.max', String(count))
  },

  read(directory) {
    return defined({
      pidsPeak: readCount(directory, 'pids.peak'),
      pidsEvents: readField(readControl(directory, 'pids.events'), 'max'),
    })
  },
}
