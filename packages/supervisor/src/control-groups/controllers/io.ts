import { parseCount } from '../../telemetry/read-text.ts'
import type { Controller, ReadFile } from './controller.ts'

/** Bytes from and to devices, only in version 2: version 1 charges what is written later to nobody. */
export const io: Controller = {
  names: { 1: undefined, 2: 'io' },
  counters: {
    1: {},
    2: { readBytes: sum(/\brbytes=(\d+)/gu), writtenBytes: sum(/\bwbytes=(\d+)/gu) },
  },
}

/** One line for each device. */
function sum(field: RegExp): (read: ReadFile) => number | undefined {
  return (read) => {
    const stat = read('io.stat')
    if (stat === undefined) return undefined
    return [...stat.matchAll(field)].reduce((bytes, [, count]) => bytes + (parseCount(count) ?? 0), 0)
  }
}
