import type { FileHandle } from 'node:fs/promises'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { listXattrs, removeXattr, setXattr } from '../linux/xattrs.ts'
import { reasonOf } from '../paths/file-error.ts'

/** What a file has beside its content. */
export interface FileAttributes {
  /** Permission bits, with set-id and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Name to base64; ACLs are among them. */
  readonly xattrs: Readonly<Record<string, string>>
}

/**
 * Gives these to an open file; what is not named stays as the kernel made it. The order is forced: a new owner takes
 * set-id bits away, and an ACL sets permission bits.
 * @throws RT_FILE_PERMISSION naming what this user, or this file system, cannot keep
 */
export async function setAttributes(
  file: FileHandle,
  path: string,
  wanted: Partial<FileAttributes>,
): Promise<void> {
  const { uid, gid, mode, xattrs } = wanted
  const now = await file.stat()
  const owner = { uid: uid ?? now.uid, gid: gid ?? now.gid }
  if (owner.uid !== now.uid || owner.gid !== now.gid) {
    await keep(path, `owner ${owner.uid}:${owner.gid}`, () => file.chown(owner.uid, owner.gid))
  }
  if (xattrs !== undefined) await setXattrs(file, path, xattrs)
  if (mode !== undefined && ((await file.stat()).mode & 0o7777) !== mode) {
    await keep(path, `mode ${mode.toString(8)}`, () => file.chmod(mode))
  }
}

export async function readAttributes(file: FileHandle): Promise<FileAttributes> {
  const { mode, uid, gid } = await file.stat()
  return { mode: mode & 0o7777, uid, gid, xattrs: encodedXattrs(file) }
}

function encodedXattrs(file: FileHandle): Record<string, string> {
  const entries = Object.entries(listXattrs(file.fd))
  return Object.fromEntries(entries.map(([name, value]) => [name, value.toString('base64')]))
}

async function setXattrs(
  file: FileHandle,
  path: string,
  wanted: Readonly<Record<string, string>>,
): Promise<void> {
  const now = encodedXattrs(file)
  for (const name of Object.keys(now)) {
    // The label of a security module is given by its policy, and is not to be without.
    if (Object.hasOwn(wanted, name) || name.startsWith('security.')) continue
    await keep(path, `absence of ${name}`, () => removeXattr(file.fd, name))
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (now[name] === value) continue
    await keep(path, `attribute ${name}`, () => setXattr(file.fd, name, Buffer.from(value, 'base64')))
  }
}

async function keep(path: string, what: string, act: () => void | Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    const details = { path, attribute: what }
    throw new RuntimoError(
      'RT_FILE_PERMISSION',
      `${path}: its ${what} cannot be kept: ${reasonOf(error)}`,
      details,
      { cause: error },
    )
  }
}
