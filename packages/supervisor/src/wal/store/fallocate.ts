import { libc, systemError } from '../../linux/libc.ts'

const KEEP_SIZE = 1
const fallocate = libc.func('int fallocate(int fd, int mode, int64 offset, int64 length)') as (
  fd: number,
  mode: number,
  offset: number,
  length: number,
) => number

/** Takes blocks for a part of a file; the file's size stays or grows. @throws the system's error, with its `code` */
export function allocate(fd: number, offset: number, length: number, size: 'kept' | 'grown'): void {
  if (fallocate(fd, size === 'kept' ? KEEP_SIZE : 0, offset, length) === 0) return
  throw systemError(`fallocate of ${length} bytes`)
}
