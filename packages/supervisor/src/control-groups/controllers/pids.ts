import { writeControl } from '../control-file.ts'
import type { Ceiling, Counters } from './controller.ts'
import { field, whole } from './count.ts'

const counters: Counters = {
  pidsPeak: whole('pids.peak'),
  pidsEvents: field('pids.events', 'max'),
}

/** Processes and threads at once. */
export const pids: Ceiling = {
  names: { 1: 'pids', 2: 'pids' },
  counters: { 1: counters, 2: counters },
  harmless: 1024,

  limit(directory, _version, count) {
    writeControl(directory, 'pids.max', String(count))
  },
}
