import { closeSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import koffi from 'koffi'
import { libc } from './libc.ts'

/** The same numbers on x86-64 and arm64. */
const SYS_open_tree = 428
const SYS_mount_setattr = 442
const AT_FDCWD = -100
const AT_EMPTY_PATH = 0x1000
const AT_RECURSIVE = 0x8000
const OPEN_TREE_CLONE = 1
const OPEN_TREE_CLOEXEC = 0o2000000
const MOUNT_ATTR_IDMAP = 0x100000n

const openTree = libc.func('long syscall(long number, int fd, const char *path, uint flags)') as (
  number: number,
  fd: number,
  path: string,
  flags: number,
) => number
const mountSetattr = libc.func(
  'long syscall(long number, int fd, const char *path, uint flags, const uint64_t *attributes, size_t size)',
) as (
  number: number,
  fd: number,
  path: string,
  flags: number,
  attributes: BigUint64Array,
  size: number,
) => number

/** Which call the kernel refused, and with what, such as EINVAL. */
export interface CallFailure {
  readonly call: 'open_tree' | 'mount_setattr'
  readonly error: string
}

/**
 * Makes a copy of the mounts at and below a path, which nobody sees, id-maps it by a user namespace, and lets
 * it go. Undefined: the kernel did it.
 */
export function tryIdMap(path: string, usernsFd: number): CallFailure | undefined {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE
  const tree = openTree(SYS_open_tree, AT_FDCWD, path, flags)
  if (tree === -1) return { call: 'open_tree', error: lastError() }
  try {
    // struct mount_attr: set, clear, propagation, user namespace
    const attributes = BigUint64Array.of(MOUNT_ATTR_IDMAP, 0n, 0n, BigInt(usernsFd))
    const how = AT_EMPTY_PATH | AT_RECURSIVE
    const result = mountSetattr(SYS_mount_setattr, tree, '', how, attributes, attributes.byteLength)
    return result === -1 ? { call: 'mount_setattr', error: lastError() } : undefined
  } finally {
    closeSync(tree)
  }
}

function lastError(): string {
  return getSystemErrorName(-koffi.errno())
}
