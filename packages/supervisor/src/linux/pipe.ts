import { checked, libc } from './libc.ts'

const O_CLOEXEC = 0o2000000
const pipe2 = libc.func('int pipe2(_Out_ int *ends, int flags)') as (ends: number[], flags: number) => number

export interface Pipe {
  readonly readEnd: number
  readonly writeEnd: number
}

/** A real pipe: Node's own are sockets, and a job that opens /dev/stdout or /dev/stdin again cannot open those. */
export function makePipe(): Pipe {
  const ends = [-1, -1]
  checked('pipe2', pipe2(ends, O_CLOEXEC))
  const [readEnd = -1, writeEnd = -1] = ends
  return { readEnd, writeEnd }
}
