import fs from 'node:fs'
import { hasCode } from '../linux/errno.ts'
import { readText } from '../telemetry/read-text.ts'

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

/** The number after a name at the beginning of a line: `oom_kill 3`. */
export function readField(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const label = `${name} `
  const line = text.startsWith(label) ? 0 : text.indexOf(`\n${label}`) + 1
  if (line === 0 && !text.startsWith(label)) return undefined
  const start = line + label.length
  const end = text.indexOf('\n', start)
  return toCount(text.slice(start, end === -1 ? undefined : end))
}

function toCount(digits: string): number | undefined {
  return /^\d+$/.test(digits) ? Number(digits) : undefined
}
