import fs from 'node:fs'
import { join } from 'node:path'

/**
 * How many files and directories are below some directories: at most `atMost`, for then it stops. Links are not
 * followed; what may not be listed is not counted.
 */
export async function countEntries(
  paths: readonly string[],
  atMost: number,
  signal?: AbortSignal,
): Promise<number> {
  const directories = [...paths]
  let count = 0
  for (let path = directories.pop(); path !== undefined; path = directories.pop()) {
    try {
      for await (const entry of await fs.promises.opendir(path, { bufferSize: 512 })) {
        count += 1
        if (count >= atMost || signal?.aborted === true) return count
        if (entry.isDirectory()) directories.push(join(path, entry.name))
      }
    } catch {
      // It is gone, or not ours to read.
    }
  }
  return count
}
