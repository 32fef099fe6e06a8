import process from 'node:process'
import { getSystemErrorName } from 'node:util'
import koffi from 'koffi'
import { libc } from './libc.ts'

const AT_FDCWD = -100
const S_IFSOCK = 0o140000
const SYS_mknodat = process.arch === 'arm64' ? 33 : 259

const mknodat = libc.func('long syscall(long number, int fd, const char *path, uint mode, ulong device)') as (
  number: number,
  fd: number,
  path: string,
  mode: number,
  device: number,
) => number

/**
 * Makes a socket at which nobody listens, subject to the umask. Undefined, or the error, such as EEXIST, or
 * EPERM on a file system that has none.
 */
export function makeSocket(path: string, mode: number): string | undefined {
  const result = mknodat(SYS_mknodat, AT_FDCWD, path, S_IFSOCK | mode, 0)
  return result === -1 ? getSystemErrorName(-koffi.errno()) : undefined
}
