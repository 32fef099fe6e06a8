import { basename, dirname } from 'node:path'
import { RuntimoError } from '@runtimo/capabilities'
import type { MemoryDisk } from './memory-disk-fixture.ts'
import { systemError } from './memory-disk-fixture.ts'
import type { Inode } from './memory-inode-fixture.ts'
import type { Found, Store, StoreFile } from './store.ts'

/** A store on a disk that is a model. */
export class MemoryStore implements Store {
  readonly bootId: string
  readonly #disk: MemoryDisk

  constructor(disk: MemoryDisk, bootId = 'boot 1') {
    this.#disk = disk
    this.bootId = bootId
  }

  async prepare(): Promise<void> {
    this.#disk.enter('prepare')
  }

  async open(path: string): Promise<StoreFile> {
    try {
      this.#disk.enter(`open ${path}`)
      const there = this.#disk.names.get(path)
      const inode = there ?? this.#disk.make()
      if (there === undefined) this.#disk.change([[path, inode]])
      return new MemoryFile(path, inode, this.#disk)
    } catch (cause) {
      throw new RuntimoError('RT_WAL_UNWRITABLE', String(cause), { path }, { cause })
    }
  }

  async openExisting(path: string): Promise<StoreFile | undefined> {
    this.#disk.enter(`openExisting ${path}`)
    const inode = this.#disk.names.get(path)
    return inode === undefined ? undefined : new MemoryFile(path, inode, this.#disk)
  }

  find(path: string): Found | undefined {
    const inode = this.#disk.names.get(path)
    if (inode === undefined) return undefined
    return { id: String(inode.number), bytes: inode.seen.length, modifiedMs: inode.modifiedMs }
  }

  async list(path: string): Promise<readonly string[]> {
    this.#disk.enter('list')
    return this.#disk.namesIn(dirname(path)).map((name) => basename(name))
  }

  async rename(from: string, to: string): Promise<void> {
    this.#disk.enter(`rename ${from} ${to}`)
    const inode = this.#disk.names.get(from)
    if (inode === undefined) throw systemError('ENOENT', `rename ${from}`)
    this.#disk.change([
      [from, undefined],
      [to, inode],
    ])
  }

  async remove(path: string): Promise<void> {
    this.#disk.enter(`remove ${path}`)
    if (!this.#disk.names.has(path)) throw systemError('ENOENT', `remove ${path}`)
    this.#disk.change([[path, undefined]])
  }

  async syncDirectory(): Promise<void> {
    this.#disk.enter('syncDirectory')
    this.#disk.syncNames()
  }

  async capacity(): Promise<number> {
    this.#disk.enter('capacity')
    return this.#disk.capacity
  }
}

class MemoryFile implements StoreFile {
  readonly id: string
  readonly path: string
  readonly #inode: Inode
  readonly #disk: MemoryDisk

  constructor(path: string, inode: Inode, disk: MemoryDisk) {
    this.path = path
    this.#inode = inode
    this.#disk = disk
    this.id = String(inode.number)
  }

  size(): number {
    return this.#inode.seen.length
  }

  async read(position: number, length: number): Promise<Buffer> {
    this.#disk.enter(`read ${this.path}`)
    return Buffer.from(this.#inode.seen.subarray(position, position + length))
  }

  async append(bytes: Buffer): Promise<number> {
    const isShort = this.#disk.enter(`append ${this.path}`) === 'short'
    const { seen } = this.#inode
    const part = isShort ? bytes.subarray(0, Math.ceil(bytes.length / 2)) : bytes
    this.#disk.takeSpace(this.#inode, seen.length + part.length)
    this.#inode.write(Buffer.concat([seen, part]), seen.length)
    this.#inode.modifiedMs = Date.now()
    return part.length
  }

  async sync(): Promise<void> {
    try {
      this.#disk.enter(`sync ${this.path}`)
    } catch (error) {
      if (error instanceof Error && !error.message.startsWith('EINTR')) this.#inode.failSync()
      throw error
    }
    this.#inode.sync()
  }

  async truncate(bytes: number): Promise<void> {
    this.#disk.enter(`truncate ${this.path}`)
    this.#inode.write(Buffer.from(this.#inode.seen.subarray(0, bytes)), bytes)
    this.#inode.space = bytes
  }

  async preallocate(position: number, length: number): Promise<void> {
    this.#disk.enter(`preallocate ${this.path}`)
    this.#disk.takeSpace(this.#inode, position + length)
  }

  async extend(length: number): Promise<void> {
    this.#disk.enter(`extend ${this.path}`)
    const { seen } = this.#inode
    this.#disk.takeSpace(this.#inode, seen.length + length)
    this.#inode.write(Buffer.concat([seen, Buffer.alloc(length)]), seen.length)
  }

  async lock(): Promise<Disposable> {
    this.#disk.enter(`lock ${this.path}`)
    const before = this.#inode.turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#inode.turn = before.then(() => promise)
    await before
    return { [Symbol.dispose]: resolve }
  }

  tryLock(mode: 'alone' | 'shared'): boolean {
    const others = [...this.#inode.kept].filter(([holder]) => holder !== this).map(([, held]) => held)
    if (others.includes('alone') || (mode === 'alone' && others.length > 0)) return false
    this.#inode.kept.set(this, mode)
    return true
  }

  holders(): readonly number[] {
    return []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#inode.kept.delete(this)
  }
}
