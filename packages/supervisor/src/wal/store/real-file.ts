import { fstatSync, readFileSync, type Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { hasCode } from '../../linux/errno.ts'
import { lockFile, tryLock } from '../../linux/flock.ts'
import { allocate } from './fallocate.ts'
import type { StoreFile } from './store.ts'

export class RealFile implements StoreFile {
  readonly path: string
  readonly id: string
  readonly #handle: FileHandle

  constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
    this.id = idOf(fstatSync(handle.fd))
  }

  size(): number {
    return fstatSync(this.#handle.fd).size
  }

  async read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, length - filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  }

  async append(bytes: Buffer): Promise<number> {
    const { bytesWritten } = await this.#handle.write(bytes)
    return bytesWritten
  }

  async sync(): Promise<void> {
    await this.#handle.datasync()
  }

  async truncate(bytes: number): Promise<void> {
    await this.#handle.truncate(bytes)
  }

  async preallocate(position: number, length: number): Promise<void> {
    try {
      allocate(this.#handle.fd, position, length, 'kept')
    } catch (error) {
      if (!cannotAllocate(error)) throw error
    }
  }

  async extend(length: number): Promise<void> {
    try {
      allocate(this.#handle.fd, this.size(), length, 'grown')
    } catch (error) {
      if (!cannotAllocate(error)) throw error
      // Some file systems take no space before there is content.
      await this.#handle.writeFile(Buffer.alloc(length))
      await this.sync()
    }
  }

  async lock(): Promise<Disposable> {
    return await lockFile(this.#handle.fd)
  }

  tryLock(mode: 'alone' | 'shared'): boolean {
    return tryLock(this.#handle.fd, mode)
  }

  /** `/proc/locks` names devices otherwise than stat does on some file systems: the inode's number has to do. */
  holders(): readonly number[] {
    const inode = fstatSync(this.#handle.fd).ino
    const found = readFileSync('/proc/locks', 'utf8').matchAll(/FLOCK +\w+ +\w+ (\d+) \w+:\w+:(\d+) /gu)
    return [...found].filter(([, , number]) => Number(number) === inode).map(([, pid]) => Number(pid))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}

export function idOf(stat: Pick<Stats, 'dev' | 'ino'>): string {
  return `${stat.dev}:${stat.ino}`
}

function cannotAllocate(error: unknown): boolean {
  return hasCode(error, 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')
}
