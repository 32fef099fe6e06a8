import { getSystemErrorName } from 'node:util'
import koffi from 'koffi'
import { libc } from '../../linux/libc.ts'

const shared = 1
const exclusive = 2
const nonBlocking = 4

const flock = libc.func('int flock(int fd, int operation)') as (fd: number, operation: number) => number

/** A lock that is let go when the file is closed, be it by the kernel. False: somebody holds it otherwise. */
export function tryLockKept(fd: number, mode: 'alone' | 'shared'): boolean {
  if (flock(fd, (mode === 'alone' ? exclusive : shared) | nonBlocking) === 0) return true
  const code = getSystemErrorName(-koffi.errno())
  if (code === 'EAGAIN') return false
  throw Object.assign(new Error(`${code}: flock`), { code })
}
