import { setTimeout as sleep } from 'node:timers/promises'
import { hasCode } from './errno.ts'
import { libc, systemError } from './libc.ts'

const shared = 1
const exclusive = 2
const nonBlocking = 4
const unlock = 8
/** Somebody who holds a lock for longer is stuck: waiting on would only hide it. */
const patienceMs = 10_000

const flock = libc.func('int flock(int fd, int operation)') as (fd: number, operation: number) => number

/**
 * Holds an exclusive lock on an open file until disposed. Never waits inside the call: a few waiters
 * would fill the thread pool that the holder needs to write, and nobody would go on.
 */
export async function lockFile(fd: number): Promise<Disposable> {
  const giveUp = performance.now() + patienceMs
  for (let waitMs = 1; !tryLock(fd); waitMs = Math.min(20, waitMs * 1.5)) {
    if (performance.now() > giveUp) throw new Error(`locked by somebody else for ${patienceMs} ms`)
    // Not in step with the others who wait.
    await sleep(waitMs * (0.5 + Math.random()))
  }
  return { [Symbol.dispose]: () => void flock(fd, unlock) }
}

/** Without waiting; it goes when the file is closed, be it by the kernel. False: somebody holds it otherwise. */
export function tryLock(fd: number, mode: 'alone' | 'shared' = 'alone'): boolean {
  if (flock(fd, (mode === 'alone' ? exclusive : shared) | nonBlocking) === 0) return true
  const error = systemError('flock')
  if (hasCode(error, 'EAGAIN', 'EINTR')) return false
  throw error
}
