import { parseCount } from '../../telemetry/read-text.ts'
import { readField } from '../control-file.ts'
import type { ReadFile } from './controller.ts'

type Count = (read: ReadFile) => number | undefined

/** A file that holds one number. */
export function whole(file: string): Count {
  return (read) => parseCount(read(file))
}

/** A number of a file with one on each line, after its name. */
export function field(file: string, name: string): Count {
  return (read) => readField(read(file), name)
}

/** In a larger unit. */
export function divided(count: Count, by: number): Count {
  return (read) => {
    const value = count(read)
    return value === undefined ? undefined : value / by
  }
}
