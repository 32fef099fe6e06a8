import { closeSync, openSync, readlinkSync } from 'node:fs'
import { dirname, isAbsolute, relative } from 'node:path'
import { openat2, resolveFlags } from '../linux/openat2.ts'
import { Directory, directoryFlags, type Step } from './directory.ts'
import { type Found, lookAt, type ResolveOptions } from './found.ts'
import { identityAt } from './identity.ts'
import { endsAsDirectory, namesOf } from './name.ts'

/**
 * The same by one call of the kernel, openat2, from the root that the path is called by. Only for what is there and has
 * neither links nor `..` on its way; for all else, and where the call is missing, it is undefined: the walk answers.
 */
export function resolveAtOnce(path: string, options: ResolveOptions): Found | undefined {
  const names = namesOf(path)
  const name = names.at(-1)
  if (name === undefined || names.includes('..') || endsAsDirectory(path)) return undefined
  const plain = `/${names.join('/')}`
  for (const root of options.judge.roots) {
    const below = relative(root, dirname(plain))
    if (below === '..' || below.startsWith('../') || isAbsolute(below)) continue
    try {
      return find(root, below, name, options)
    } catch {
      // Whatever it is: the walk meets it as well, and says what.
    }
  }
  return undefined
}

function find(root: string, below: string, name: string, options: ResolveOptions): Found | undefined {
  using release = new DisposableStack()
  const directory = release.use(openBeneath(root, below === '' ? '.' : below))
  const last = lookAt(directory, name)
  if (last.kind === 'link' && options.followLast) return undefined
  release.move()
  return { directory, last, endsAsDirectory: false, aliases: [], created: [] }
}

function openBeneath(root: string, below: string): Directory {
  const start = openSync(root, directoryFlags)
  const resolve = resolveFlags.beneath | resolveFlags.noSymlinks | resolveFlags.noMagicLinks
  try {
    const fd = openat2(start, below, { flags: directoryFlags, resolve })
    return new Directory(fd, stepsTo(fd))
  } finally {
    closeSync(start)
  }
}

/** The way from `/`, looked at from below. */
function stepsTo(fd: number): Step[] {
  const names = ['', ...namesOf(readlinkSync(`/proc/self/fd/${fd}`))]
  return names.map((name, i) => ({
    name,
    id: identityAt(`/proc/self/fd/${fd}/${'../'.repeat(names.length - 1 - i)}`),
  }))
}
