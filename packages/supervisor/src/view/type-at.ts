import { accessSync, constants, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode } from '../linux/errno.ts'

/** What a name stands for, a link for itself. Closed: a directory before it does not let us look. */
export type Type = 'absent' | 'closed' | 'directory' | 'file' | 'link' | 'socket' | 'other'

/** Never throws: a path may be anybody's, such as that of a socket, and he changes it as he likes. */
export function typeAt(path: string): Type {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return 'absent'
    if (stat.isDirectory()) return 'directory'
    if (stat.isFile()) return 'file'
    if (stat.isSymbolicLink()) return 'link'
    return stat.isSocket() ? 'socket' : 'other'
  } catch (error) {
    return hasCode(error, 'EACCES', 'EPERM') ? 'closed' : 'absent'
  }
}

/** Something that exists, without links. */
export interface Found {
  readonly real: string
  readonly type: 'directory' | 'file'
  /** It is not what was looked for, but the directory that keeps us from there. */
  readonly isClosed: boolean
}

/** What is at a path, past links. A job may own a directory that is closed, and open it. */
export function findAt(path: string): Found | undefined {
  if (typeAt(path) === 'absent') return undefined // most of what is looked for is not there
  try {
    const real = realpathSync.native(path)
    return { real, type: typeAt(real) === 'directory' ? 'directory' : 'file', isClosed: false }
  } catch (error) {
    const real = hasCode(error, 'EACCES', 'EPERM') ? closedOn(path) : undefined
    return real === undefined ? undefined : { real, type: 'directory', isClosed: true }
  }
}

/** As many as the kernel follows. */
const mostLinks = 40

/** The first directory on the way to a path, links included, that we may not pass. */
function closedOn(path: string): string | undefined {
  const names = path.split('/')
  let at = '/'
  let links = 0
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const next = join(at, name)
    const type = typeAt(next)
    // Not the directory, but what is in it lets nobody look at it: a file system in a process of somebody else.
    if (type === 'closed') return mayEnter(at) ? undefined : at
    if (type === 'absent' || links > mostLinks) return undefined
    const target = type === 'link' ? readTarget(next) : undefined
    if (target === undefined) {
      at = next
    } else {
      links += 1
      names.unshift(...target.split('/'))
      if (target.startsWith('/')) at = '/'
    }
  }
  return undefined
}

function readTarget(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined // another put something else there
  }
}

/** Whether we may reach what is in a directory. */
export function mayEnter(directory: string): boolean {
  try {
    accessSync(directory, constants.X_OK)
    return true
  } catch {
    return false
  }
}
