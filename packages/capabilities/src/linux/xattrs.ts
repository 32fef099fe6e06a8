import { errnoOf } from './errno.ts'
import { libcFunction } from './libc.ts'

/** The most that the kernel knows, for a value and for the list of names. */
const maxBytes = 65_536

const list = libcFunction('listxattr', 'long listxattr(const char *path, _Out_ uint8_t *names, size_t size)')
const get = libcFunction(
  'getxattr',
  'long getxattr(const char *path, const uint8_t *name, _Out_ uint8_t *value, size_t size)',
)
const set = libcFunction(
  'setxattr',
  'int setxattr(const char *path, const uint8_t *name, const uint8_t *value, size_t size, int flags)',
)
const remove = libcFunction('removexattr', 'int removexattr(const char *path, const uint8_t *name)')

/**
 * The extended attributes of an open file, ACLs among them; the descriptor may be O_PATH. A name has a character for
 * each of its bytes. None where the file system has no such thing.
 */
export function listXattrs(fd: number): Readonly<Record<string, Buffer>> {
  const names = new Uint8Array(maxBytes)
  try {
    const length = list(pathOf(fd), names, maxBytes)
    const all = Buffer.from(names.subarray(0, length)).toString('latin1').split('\0').slice(0, -1)
    return Object.fromEntries(all.flatMap((name) => read(fd, name)))
  } catch (error) {
    if (errnoOf(error) === 'ENOTSUP') return {}
    throw error
  }
}

/** @throws `ENOTSUP`, `EPERM`, `ENOSPC`, … */
export function setXattr(fd: number, name: string, value: Uint8Array): void {
  set(pathOf(fd), nameBytes(name), value, value.byteLength, 0)
}

/** @throws `ENODATA` when there is none of that name */
export function removeXattr(fd: number, name: string): void {
  remove(pathOf(fd), nameBytes(name))
}

/** None when it was removed since it was listed. */
function read(fd: number, name: string): [string, Buffer][] {
  const value = new Uint8Array(maxBytes)
  try {
    return [[name, Buffer.from(value.subarray(0, get(pathOf(fd), nameBytes(name), value, maxBytes)))]]
  } catch (error) {
    if (errnoOf(error) === 'ENODATA') return []
    throw error
  }
}

/** The calls on descriptors do not take O_PATH ones; those on paths take this. */
function pathOf(fd: number): string {
  return `/proc/self/fd/${fd}`
}

function nameBytes(name: string): Uint8Array {
  return Buffer.from(`${name}\0`, 'latin1')
}
