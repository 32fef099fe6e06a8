import fs from 'node:fs'
import { procPath } from './proc-reader.ts'

const MAXIMUM_BYTES = 1_048_576
const CHUNK_BYTES = 65_536

/**
 * The value of one variable in the environment that a process was started with (/proc/PID/environ); undefined when
 * it has none, is gone or is not ours to read. Of several, the first counts. A process can overwrite this memory:
 * a mark can be lost, but one with a secret value cannot be invented.
 */
export function readEnvironmentMark(pid: number, name: string, root: string = '/'): string | undefined {
  if (name === '' || /[=\0]/.test(name)) return undefined
  const environment = readBounded(`${procPath(root, pid)}/environ`)
  if (environment === undefined) return undefined
  // With a zero put before the first entry, each entry begins after one.
  const begin = `\0${environment}`.indexOf(`\0${name}=`)
  if (begin === -1) return undefined
  const value = begin + name.length + 1
  const end = environment.indexOf('\0', value)
  if (end !== -1) return environment.slice(value, end)
  // Cut off by the bound, it is not the value.
  return Buffer.byteLength(environment) < MAXIMUM_BYTES ? environment.slice(value) : undefined
}

function readBounded(path: string): string | undefined {
  let descriptor: number | undefined
  try {
    descriptor = fs.openSync(path, 'r')
    const chunks: Buffer[] = []
    for (let total = 0; total < MAXIMUM_BYTES;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const bytes = fs.readSync(descriptor, chunk, 0, Math.min(CHUNK_BYTES, MAXIMUM_BYTES - total), null)
      if (bytes === 0) break
      chunks.push(chunk.subarray(0, bytes))
      total += bytes
    }
    return Buffer.concat(chunks).toString('utf8')
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}
