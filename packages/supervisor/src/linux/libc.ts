import { getSystemErrorName } from 'node:util'
import koffi, { type LibraryHandle } from 'koffi'

/** The C library that this process already runs with, glibc or musl. */
export const libc: LibraryHandle = koffi.load(null)

/** What the kernel answered to the call that was made last, with its `code`. */
export function systemError(call: string): Error {
  const code = getSystemErrorName(-koffi.errno())
  return Object.assign(new Error(`${call}: ${code}`), { code })
}

/** @throws Error naming the call and what the kernel answered, when that is -1 */
export function checked(call: string, result: number): number {
  if (result === -1) throw systemError(call)
  return result
}
