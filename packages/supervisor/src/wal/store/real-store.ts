import { constants, lstatSync } from 'node:fs'
import { open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from '@runtimo/capabilities'
import { hasCode } from '../../linux/errno.ts'
import { readBootId } from '../../linux/identity.ts'
import { openPrivate, prepareDirectory } from '../location.ts'
import { idOf, RealFile } from './real-file.ts'
import type { Found, Store, StoreFile } from './store.ts'

/** The files of this machine. */
export class RealStore implements Store {
  readonly bootId: string = readBootId()

  async prepare(logPath: string): Promise<void> {
    await prepareDirectory(logPath)
  }

  async open(path: string): Promise<StoreFile> {
    return new RealFile(path, await openPrivate(path))
  }

  async openExisting(path: string): Promise<StoreFile | undefined> {
    try {
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
      return new RealFile(path, await open(path, flags))
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined
      throw error
    }
  }

  find(path: string): Found | undefined {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    return stat === undefined ? undefined : { id: idOf(stat), bytes: stat.size, modifiedMs: stat.mtimeMs }
  }

  async list(path: string): Promise<readonly string[]> {
    try {
      return await readdir(dirname(path))
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return []
      throw error
    }
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(from, to)
  }

  async remove(path: string): Promise<void> {
    await rm(path)
  }

  async syncDirectory(path: string): Promise<void> {
    await syncDirectory(dirname(path))
  }

  async capacity(path: string): Promise<number> {
    const { blocks, bsize } = await statfs(dirname(path))
    return blocks * bsize
  }
}
