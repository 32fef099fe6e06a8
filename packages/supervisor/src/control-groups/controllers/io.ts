import { parseCount } from '../../telemetry/read-text.ts'
import { readControl } from '../control-file.ts'
import type { Controller } from './controller.ts'

/** Bytes from and to devices, only in version 2: version 1 charges what is written later to nobody. */
export const io: Controller = {
  names: { 1: undefined, 2: 'io' },

  read(directory, version) {
    const stat = version === 2 ? readControl(directory, 'io.stat') : undefined
    if (stat === undefined) return {}
    return { readBytes: sum(stat, /\brbytes=(\d+)/gu), writtenBytes: sum(stat, /\bwbytes=(\d+)/gu) }
  },
}

/** One line for each device. */
function sum(stat: string, field: RegExp): number {
  return [...stat.matchAll(field)].reduce((bytes, [, count]) => bytes + (parseCount(count) ?? 0), 0)
}
