import { getSystemErrorName } from 'node:util'
import koffi from 'koffi'
import { libc } from './libc.ts'

const exclusive = 2
const nonBlocking = 4
const unlock = 8

interface Flock {
  (fd: number, operation: number): number
  async(fd: number, operation: number, done: (error: unknown, result: number) => void): void
}
const flock = libc.func('int flock(int fd, int operation)') as Flock

/** Holds an exclusive lock on an open file until disposed. Waits off the event loop while another has it. */
export async function lockFile(fd: number): Promise<Disposable> {
  if (flock(fd, exclusive | nonBlocking) !== 0) {
    const name = getSystemErrorName(-koffi.errno())
    if (name !== 'EAGAIN') throw new Error(`flock: ${name}`)
    await waitForLock(fd)
  }
  return { [Symbol.dispose]: () => void flock(fd, unlock) }
}

function waitForLock(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    flock.async(fd, exclusive, (error, result) => {
      if (result === 0) resolve()
      else reject(error instanceof Error ? error : new Error(`flock failed on descriptor ${fd}`))
    })
  })
}
