import { createRequire } from 'node:module'
import type Koffi from 'koffi'

const POLLIN = 1

/** Whether there is something to read from a descriptor, be it an error; waits for that at most so many milliseconds. */
export type IsReadable = (fd: number, timeoutMs: number) => boolean

/** Loads poll(2): in each thread anew, so only where it is needed. */
export function loadPoll(): IsReadable {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
  const poll = koffi.load(null).func('int poll(void *fds, ulong count, int timeout)') as (
    fds: Int32Array,
    count: number,
    timeoutMs: number,
  ) => number
  const request = new Int32Array(2) // struct pollfd
  return (fd, timeoutMs) => {
    request[0] = fd
    request[1] = POLLIN
    return poll(request, 1, timeoutMs) !== 0 // interrupted: perhaps
  }
}
