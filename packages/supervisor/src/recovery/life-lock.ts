import { closeSync, constants, openSync, readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { tryLock } from '../linux/flock.ts'
import { prepareDirectory } from '../wal/location.ts'

const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * A lock that a supervisor holds while it lives, and that the kernel takes from it however it dies: who shares the
 * log from another container, where pids mean nothing, knows by it.
 */
export class LifeLock implements Disposable {
  readonly name: string = ulid()
  readonly #path: string
  readonly #descriptor: number

  private constructor(directory: string) {
    this.#path = join(directory, this.name)
    this.#descriptor = openSync(this.#path, flags | constants.O_CREAT | constants.O_EXCL, 0o600)
    tryLock(this.#descriptor)
  }

  /** In the folder `P.owners` beside the log. @throws RT_WAL_… */
  static async take(walPath: string): Promise<LifeLock> {
    const directory = ownersOf(walPath)
    await prepareDirectory(walPath)
    await prepareDirectory(join(directory, 'any'))
    return new LifeLock(directory)
  }

  [Symbol.dispose](): void {
    removeQuietly(this.#path)
    closeSync(this.#descriptor)
  }
}

export function ownersOf(walPath: string): string {
  return `${walPath}.owners`
}

/** Whether somebody who lives holds the lock of that name. */
export function isLocked(walPath: string, name: string): boolean {
  if (!/^[0-9A-Z]{26}$/u.test(name)) return true // not ours: nothing is known of it
  const descriptor = openQuietly(join(ownersOf(walPath), name))
  if (descriptor === undefined) return false
  try {
    return !tryLock(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Removes the locks of those who died. */
export function removeStaleLocks(walPath: string): void {
  for (const name of namesIn(ownersOf(walPath))) {
    if (!isLocked(walPath, name)) removeQuietly(join(ownersOf(walPath), name))
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function openQuietly(path: string): number | undefined {
  try {
    return openSync(path, flags)
  } catch {
    return undefined
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else has removed it.
  }
}
