import { errnoOf } from './errno.ts'
import { libcFunction } from './libc.ts'

const SEEK_DATA = 3
const SEEK_HOLE = 4
const lseek = libcFunction('lseek', 'int64_t lseek(int fd, int64_t offset, int whence)')

/**
 * Where the next data begins, at the offset or behind it, in bytes; undefined when only a hole follows. Both calls move
 * the position of the descriptor, which reads and writes with a position of their own do not mind.
 */
export function seekData(fd: number, offset: number): number | undefined {
  try {
    return lseek(fd, offset, SEEK_DATA)
  } catch (error) {
    if (errnoOf(error) === 'ENXIO') return undefined
    throw error
  }
}

/** Where the next hole begins, at the offset or behind it; the end of the file counts as one. @throws `ENXIO` beyond the end */
export function seekHole(fd: number, offset: number): number {
  return lseek(fd, offset, SEEK_HOLE)
}
