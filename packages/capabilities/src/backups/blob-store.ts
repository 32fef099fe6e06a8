import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { copyContent } from '../files/copy-content.ts'
import { hashFile } from '../files/hash-file.ts'
import { errnoOf } from '../linux/errno.ts'
import { backupFailure, damaged } from './failure.ts'
import { openPrivateDirectory } from './private-directory.ts'

export interface Content {
  readonly sha256: string
  readonly size: number
}

/** Contents by their hash, at `blobs/ab/<sha256>` below the directory of the backups. */
export class BlobStore {
  readonly #backups: string
  readonly #blobs: string

  constructor(backups: string) {
    this.#backups = backups
    this.#blobs = join(backups, 'blobs')
  }

  pathOf(sha256: string): string {
    return join(this.#blobs, sha256.slice(0, 2), sha256)
  }

  /**
   * Keeps what is in the file now: a reflink where the file system knows them, else a copy with its holes. Durable when
   * it resolves. What is kept is what was hashed, whatever became of the file meanwhile.
   * @throws RT_BACKUP_FAILED
   */
  async put(file: FileHandle): Promise<Content> {
    try {
      return await this.#keep(file)
    } catch (error) {
      throw backupFailure(this.#blobs, error)
    }
  }

  /**
   * The content, open for reading; its hash was checked just before.
   * @throws RT_BACKUP_DAMAGED when it is gone or not what was kept
   */
  async open(sha256: string): Promise<FileHandle> {
    const path = this.pathOf(sha256)
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
      throw damaged(path, errnoOf(error) === 'ENOENT' ? 'it is gone' : String(error))
    })
    const found = await hashFile(file).catch(String)
    if (found === sha256) return file
    await file.close()
    throw damaged(path, `expected content with its name as hash, got ${found}`)
  }

  /** A blob that is there already is replaced: it may be damaged, and a young one is not pruned. */
  async #keep(file: FileHandle): Promise<Content> {
    await (await openPrivateDirectory(this.#backups)).close()
    await (await openPrivateDirectory(this.#blobs)).close()
    const temporary = join(this.#blobs, `new-${randomBytes(8).toString('hex')}`)
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    await using copy = await open(temporary, flags, 0o600)
    try {
      await copyContent(file, copy)
      const content = { sha256: await hashFile(copy), size: (await copy.stat()).size }
      await copy.chmod(0o400)
      await copy.sync()
      await using shelf = await openPrivateDirectory(join(this.#blobs, content.sha256.slice(0, 2)))
      await rename(temporary, this.pathOf(content.sha256))
      await shelf.sync()
      return content
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }
}
