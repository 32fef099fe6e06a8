import type { FileHandle } from 'node:fs/promises'
import { errnoOf } from '../linux/errno.ts'
import { libcFunction } from '../linux/libc.ts'

const FICLONE = 0x40049409
const ioctl = libcFunction('ioctl', 'int ioctl(int fd, unsigned long request, int source)')
/** The file system cannot; or the two are on different ones; or the request is not known. */
const isUnsupported: ReadonlySet<string> = new Set(['ENOTSUP', 'EXDEV', 'EINVAL', 'ENOTTY', 'ENOSYS'])

/** Lets two files share their blocks until one is written to (Btrfs, XFS). False where that cannot be. */
export function reflink(from: FileHandle, to: FileHandle): boolean {
  try {
    ioctl(to.fd, FICLONE, from.fd)
    return true
  } catch (error) {
    if (isUnsupported.has(errnoOf(error))) return false
    throw error
  }
}
