import { createRequire } from 'node:module'
import type Koffi from 'koffi'
import { systemError } from './errno.ts'

type Argument = number | string | Uint8Array | null
/** What a C function returns: a number, negative when it failed. */
type Call = (...args: readonly Argument[]) => number

/** Koffi takes 7 ms to load: a worker that only reads never pays them. */
const require = createRequire(import.meta.url)
let koffi: typeof Koffi | undefined

/**
 * A function of the C library of this process, glibc or musl, such as `int fchdir(int fd)`. The call throws like those
 * of `node:fs`: `code`, `errno`, `syscall`.
 */
export function libcFunction(syscall: string, signature: string): Call {
  let call: Call | undefined
  return (...args) => {
    koffi ??= require('koffi') as typeof Koffi
    call ??= koffi.load(null).func(signature) as Call
    const result = call(...args)
    if (result >= 0) return result
    throw systemError(syscall, -koffi.errno())
  }
}
