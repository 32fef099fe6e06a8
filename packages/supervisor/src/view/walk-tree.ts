import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, type Stats } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants
const O_PATH = 0o10000000
/** So many entries, a few milliseconds, before others have their turn. */
const batch = 200

export interface TreeEntry {
  /** To be shown only: it may be another file by now. */
  readonly path: string
  readonly stat: Stats
  /** Leads to the very file, itself when it is a link, while the walk stands at it. */
  readonly descriptorPath: string
}

/**
 * A directory and all below, on its own mount; each entry is held open while it is looked at, so that no link put
 * in its place leads out of the tree.
 */
export async function* walkTree(directory: string): AsyncGenerator<TreeEntry> {
  const fd = openSync(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW)
  try {
    let count = 0
    for (const entry of walk(fd, directory, mountOf(fd))) {
      yield entry
      count += 1
      if (count % batch === 0) await nextTurn()
    }
  } finally {
    closeSync(fd)
  }
}

function* walk(fd: number, path: string, mount: string): Generator<TreeEntry> {
  const descriptorPath = `/proc/self/fd/${fd}`
  const stat = fstatSync(fd)
  yield { path, stat, descriptorPath }
  if (!stat.isDirectory()) return
  const directory = openSync(descriptorPath, O_RDONLY | O_DIRECTORY)
  try {
    // Names are bytes: not all of them are UTF-8.
    for (const name of readdirSync(`/proc/self/fd/${directory}`, { encoding: 'buffer' })) {
      const child = openChild(directory, name)
      if (child === undefined) continue
      try {
        if (mountOf(child) === mount) yield* walk(child, `${path}/${name.toString()}`, mount)
      } finally {
        closeSync(child)
      }
    }
  } finally {
    closeSync(directory)
  }
}

function openChild(directory: number, name: Buffer): number | undefined {
  try {
    return openSync(Buffer.concat([Buffer.from(`/proc/self/fd/${directory}/`), name]), O_PATH | O_NOFOLLOW)
  } catch {
    return undefined // gone meanwhile
  }
}

/** The kernel's number of the mount: a bind mount has the same device as what it shows. */
function mountOf(fd: number): string {
  return /^mnt_id:\s*(\d+)$/mu.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? ''
}
