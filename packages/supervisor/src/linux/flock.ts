import { setTimeout as sleep } from 'node:timers/promises'
import { getSystemErrorName } from 'node:util'
import koffi from 'koffi'
import { libc } from './libc.ts'

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

/** Without waiting. False: somebody else holds it. */
export function tryLock(fd: number): boolean {
  if (flock(fd, exclusive | nonBlocking) === 0) return true
  const name = getSystemErrorName(-koffi.errno())
  if (name === 'EAGAIN' || name === 'EINTR') return false
  throw new Error(`flock: ${name}`)
}
