import { hasCode } from '../../linux/errno.ts'
import type { Found, Store, StoreFile } from './store.ts'

/** A store whose calls are made again when a signal has interrupted them before they did anything. */
export class Uninterrupted implements Store {
  readonly bootId: string
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
    this.bootId = store.bootId
  }

  prepare(logPath: string): Promise<void> {
    return again(() => this.#store.prepare(logPath))
  }

  async open(path: string): Promise<StoreFile> {
    return new UninterruptedFile(await again(() => this.#store.open(path)))
  }

  async openExisting(path: string): Promise<StoreFile | undefined> {
    const file = await again(() => this.#store.openExisting(path))
    return file === undefined ? undefined : new UninterruptedFile(file)
  }

  find(path: string): Found | undefined {
    return this.#store.find(path)
  }

  list(path: string): Promise<readonly string[]> {
    return again(() => this.#store.list(path))
  }

  rename(from: string, to: string): Promise<void> {
    return again(() => this.#store.rename(from, to))
  }

  remove(path: string): Promise<void> {
    return again(() => this.#store.remove(path))
  }

  syncDirectory(path: string): Promise<void> {
    return again(() => this.#store.syncDirectory(path))
  }

  capacity(path: string): Promise<number> {
    return again(() => this.#store.capacity(path))
  }
}

class UninterruptedFile implements StoreFile {
  readonly id: string
  readonly path: string
  readonly #file: StoreFile

  constructor(file: StoreFile) {
    this.#file = file
    this.id = file.id
    this.path = file.path
  }

  size(): number {
    return this.#file.size()
  }

  read(position: number, length: number): Promise<Buffer> {
    return again(() => this.#file.read(position, length))
  }

  append(bytes: Buffer): Promise<number> {
    return again(() => this.#file.append(bytes))
  }

  sync(): Promise<void> {
    return again(() => this.#file.sync())
  }

  truncate(bytes: number): Promise<void> {
    return again(() => this.#file.truncate(bytes))
  }

  preallocate(position: number, length: number): Promise<void> {
    return again(() => this.#file.preallocate(position, length))
  }

  extend(length: number): Promise<void> {
    return again(() => this.#file.extend(length))
  }

  lock(): Promise<Disposable> {
    return again(() => this.#file.lock())
  }

  tryLock(mode: 'alone' | 'shared'): boolean {
    return this.#file.tryLock(mode)
  }

  holders(): readonly number[] {
    return this.#file.holders()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]()
  }
}

async function again<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
      if (!hasCode(cause, 'EINTR')) throw error
    }
  }
}
