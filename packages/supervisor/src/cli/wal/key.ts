import { readFile } from 'node:fs/promises'
import { RuntimoError } from '@runtimo/capabilities'

/** @throws RT_USAGE when the file cannot be read */
export async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new RuntimoError('RT_USAGE', `--key: expected a PEM file: ${message}`, { path }, { cause: error })
  }
}
