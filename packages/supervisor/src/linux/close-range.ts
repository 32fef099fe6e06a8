import { libc } from './libc.ts'

const cloexec = 4
const closeRange = libc.func('long syscall(long number, uint first, uint last, uint flags)') as (
  number: number,
  first: number,
  last: number,
  flags: number,
) => number
/** The same number on x86-64 and arm64. */
const SYS_close_range = 436

/**
 * Marks every descriptor but the first three as not inherited. Node opens its own that way, but not
 * those that this process was given. Called right before each spawn; where the kernel is older than
 * 5.11 it changes nothing.
 */
export function shieldDescriptors(): void {
  closeRange(SYS_close_range, 3, 0xffff_ffff, cloexec)
}
