import { libc } from '../linux/libc.ts'

type GetXattr = (path: string, name: string, value: Buffer, size: number) => number

/**
 * systemd sets one of these to 1 on the group of a unit with Delegate=: everything below it belongs to the unit's
 * processes. The second is hidden from all but root.
 */
export function hasDelegateMark(directory: string): boolean {
  const getxattr = libc.func('long getxattr(str path, str name, void *value, size_t size)') as GetXattr
  const value = Buffer.alloc(8)
  return ['user.delegate', 'trusted.delegate'].some((name) => {
    const length = getxattr(directory, name, value, value.length)
    return length > 0 && value.toString('latin1', 0, length) === '1'
  })
}
