import { libc } from './libc.ts'

type Syscall = (number: number, attributes: null, size: number, flags: number) => number
const createRuleset = libc.func(
  'long syscall(long number, void *attributes, long size, long flags)',
) as Syscall
/** The same number on x86-64 and arm64. */
const SYS_landlock_create_ruleset = 444
const LANDLOCK_CREATE_RULESET_VERSION = 1

/** What the kernel's Landlock can, as a number that only grows; 0 where there is none. */
export function readLandlockAbi(): number {
  return Math.max(0, createRuleset(SYS_landlock_create_ruleset, null, 0, LANDLOCK_CREATE_RULESET_VERSION))
}
