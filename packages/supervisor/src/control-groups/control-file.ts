import fs from 'node:fs'
import { hasCode } from '../linux/errno.ts'
import { parseCount, readText } from '../telemetry/read-text.ts'

/** Writes a control file in one call. Never creates: what the kernel does not offer is ENOENT. */
export function writeControl(directory: string, file: string, text: string): void {
  const descriptor = fs.openSync(`${directory}/${file}`, fs.constants.O_WRONLY)
  try {
    fs.writeSync(descriptor, text)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** False when the kernel does not offer the file, or not on this machine (no swap, for one). */
export function writeIfOffered(directory: string, file: string, text: string): boolean {
  try {
    writeControl(directory, file, text)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EOPNOTSUPP')) return false
    throw error
  }
}

/** Undefined when it cannot be read, as when the group is gone. */
export function readControl(directory: string, file: string): string | undefined {
  return readText('/', `${directory}/${file}`)
}

export function readCount(directory: string, file: string): number | undefined {
  return parseCount(readControl(directory, file))
}

/** The number after a name at the beginning of a line: `oom_kill 3`. */
export function readField(text: string | undefined, name: string): number | undefined {
  return parseCount(new RegExp(`^${name} (\\d+)$`, 'mu').exec(text ?? '')?.[1])
}
