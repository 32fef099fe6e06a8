import { closeSync, constants, openSync } from 'node:fs'
import { setXattr } from '../linux/xattrs.ts'

const noId = 0xffffffff

/** Tags of acl(5), permissions, and the id of a user who is named. */
type AclEntry = readonly [tag: number, permissions: number, id?: number]

/** As the kernel has it in an attribute: version 2, then the entries. */
function acl(...entries: readonly AclEntry[]): Buffer {
  const bytes = Buffer.alloc(4 + 8 * entries.length)
  bytes.writeUInt32LE(2, 0)
  for (const [i, [tag, permissions, id = noId]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + 8 * i)
    bytes.writeUInt16LE(permissions, 6 + 8 * i)
    bytes.writeUInt32LE(id, 8 + 8 * i)
  }
  return bytes
}

/** rw for the owner, r for user 1234, r for the group, nothing for others. */
export const aclFor1234: Buffer = acl([1, 6], [2, 4, 1234], [4, 4], [0x10, 4], [0x20, 0])

export function setXattrOf(path: string, name: string, value: Uint8Array): void {
  const fd = openSync(path, constants.O_RDONLY)
  try {
    setXattr(fd, name, value)
  } finally {
    closeSync(fd)
  }
}
