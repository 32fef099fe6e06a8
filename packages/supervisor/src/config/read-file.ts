import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { hasCode } from '../linux/errno.ts'
import type { ConfigLocation } from './location.ts'
import type { Problem } from './problem.ts'
import { findUnsafe } from './safe-file.ts'

const maxBytes = 65_536

/** Text of the file, undefined when there is none, or why it is not to be used. */
export async function readConfigFile({
  path,
  isNamed,
}: ConfigLocation): Promise<string | Problem | undefined> {
  try {
    // A pipe in its place must not hold us up.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    return await read(file, path)
  } catch (error) {
    if (!isNamed && (hasCode(error, 'ENOENT', 'ENOTDIR') || (await isClosed(path)))) return undefined
    const got = error instanceof Error ? error.message : String(error)
    return { file: path, expected: 'a file that we can read', got }
  }
}

/** In the home of somebody else, as HOME says after `su`: what we may not even look for is no configuration of ours. */
async function isClosed(path: string): Promise<boolean> {
  return await stat(path).then(
    () => false,
    (error: unknown) => hasCode(error, 'EACCES'),
  )
}

async function read(file: FileHandle, path: string): Promise<string | Problem> {
  const found = await file.stat()
  if (!found.isFile()) return { file: path, expected: 'a regular file', got: 'another kind' }
  const unsafe = await findUnsafe(path, found)
  if (unsafe !== undefined) return { file: path, ...unsafe }
  const bytes = Buffer.alloc(maxBytes + 1)
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
  if (bytesRead > maxBytes) return { file: path, expected: `at most ${maxBytes} bytes`, got: 'more' }
  return bytes.toString('utf8', 0, bytesRead)
}
