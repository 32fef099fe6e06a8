import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, type JsonObject } from '@runtimo/capabilities'
import { hasCode } from '../linux/errno.ts'
import { loadFailure, toLoadFailure } from './load-failure.ts'

const maxBytes = 1_048_576

/**
 * A folder's package.json as data; undefined where there is none. Never waits for the writer of a pipe.
 * @throws RT_LOAD_FAILED when it is no file, too large, or no JSON object
 */
export async function readPackage(folder: string): Promise<JsonObject | undefined> {
  const path = join(folder, 'package.json')
  const text = await readBounded(path)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch {
    // Said below.
  }
  throw loadFailure(path, 'expected a JSON object, got something else')
}

async function readBounded(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    const stat = await file.stat()
    if (!stat.isFile()) throw loadFailure(path, 'expected a regular file')
    if (stat.size > maxBytes) throw loadFailure(path, `expected at most ${maxBytes} bytes, got ${stat.size}`)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw toLoadFailure(path, error)
  }
}
