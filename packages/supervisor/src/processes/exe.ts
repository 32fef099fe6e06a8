import { readlinkSync } from 'node:fs'
import { procPath } from './proc-reader.ts'

/** The executable that a process runs; undefined when it is gone, dead or not ours to look at. */
export function readExe(pid: number, root: string = '/'): string | undefined {
  try {
    return readlinkSync(`${procPath(root, pid)}/exe`)
  } catch {
    return undefined
  }
}
