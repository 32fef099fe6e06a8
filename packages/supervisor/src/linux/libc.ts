import { getSystemErrorName } from 'node:util'
import koffi, { type LibraryHandle } from 'koffi'

/** The C library that this process already runs with, glibc or musl. */
export const libc: LibraryHandle = koffi.load(null)

/** @throws Error naming the call and what the kernel answered, when that is -1 */
export function checked(call: string, result: number): number {
  if (result === -1) throw new Error(`${call}: ${getSystemErrorName(-koffi.errno())}`)
  return result
}
