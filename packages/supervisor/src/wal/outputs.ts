import { hash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import { hasCode } from '../linux/errno.ts'
import { prepareDirectory } from './location.ts'

export interface StoredOutput {
  /** In hexadecimal. */
  readonly sha256: string
  readonly bytes: number
}

export function outputsOf(logPath: string): string {
  return `${logPath}.outputs`
}

let made = 0

/**
 * What is too large for a record: one file of mode 0600 for each content, named by its hash, in a directory of mode
 * 0700 beside the log.
 */
export class OutputStore {
  readonly #directory: string

  constructor(logPath: string) {
    this.#directory = outputsOf(logPath)
  }

  /**
   * Resolves when the text is durable. One that is there already is checked and marked as used now.
   * @throws the system's error, such as ENOSPC: the record can do with the hash and the length; RT_WAL_UNSAFE
   */
  async put(text: string): Promise<StoredOutput> {
    const content = Buffer.from(text)
    const sha256 = hash('sha256', content)
    const path = this.#pathOf(sha256)
    if (!(await touch(path, sha256))) await this.#write(path, content)
    return { sha256, bytes: content.length }
  }

  /** @throws RT_WAL_CORRUPT when the content does not fit the hash; the system's error, such as ENOENT */
  async read(sha256: string): Promise<string> {
    const path = this.#pathOf(sha256)
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const content = await file.readFile()
    const got = hash('sha256', content)
    if (got === sha256) return content.toString('utf8')
    const message = `${path}: its content has the hash ${got}`
    throw new RuntimoError('RT_WAL_CORRUPT', message, { path, expected: sha256, got })
  }

  async #write(path: string, content: Buffer): Promise<void> {
    await prepareDirectory(path)
    const temporary = join(this.#directory, `.${process.pid}-${++made}.tmp`)
    try {
      await using file = await open(temporary, 'wx', 0o600)
      await file.writeFile(content)
      await file.sync()
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    await using directory = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
    await directory.sync()
  }

  #pathOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/u.test(sha256))
      throw new TypeError(`no SHA-256 in hexadecimal: ${sha256.slice(0, 80)}`)
    return join(this.#directory, sha256)
  }
}

/** False: it is not there, or not whole, and has to be written. */
async function touch(path: string, sha256: string): Promise<boolean> {
  try {
    await using file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (hash('sha256', await file.readFile()) !== sha256) return false
    const now = new Date()
    await file.utimes(now, now)
    // It may be there by another's hand, who has not synced it yet.
    await file.sync()
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ELOOP')) return false
    throw error
  }
}
