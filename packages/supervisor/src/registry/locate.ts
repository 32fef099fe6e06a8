import { realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { hasCode } from '../linux/errno.ts'
import { isBelow } from '../view/within.ts'
import { loadFailure, toLoadFailure } from './load-failure.ts'
import { indexFiles, packageTargets } from './package-target.ts'
import { readPackage } from './read-package.ts'

/** Where a capability's code is. Absolute, without links. */
export interface Location {
  /** The file that is loaded. */
  readonly entry: string
  readonly folder: string
  /** True: the folder and all below it. False: a single file was named, and what can be loaded beside it. */
  readonly isWholeFolder: boolean
}

const packageName = /^(?:@[a-z\d~-][a-z\d._~-]*\/)?[a-z\d~-][a-z\d._~-]*$/iu
const maxLength = 4096

/**
 * Finds what `from` names: a file, a folder, or, when nothing is at that path, a package that is installed
 * for `base`. Looks at names and at package.json as data; loads nothing.
 * @throws RT_LOAD_FAILED
 */
export async function locate(from: string, base: string): Promise<Location> {
  if (from === '' || from.length > maxLength || from.includes('\0')) {
    throw loadFailure(JSON.stringify(from.slice(0, 64)), 'expected a file, a folder or the name of a package')
  }
  const path = resolve(base, from)
  const found = await lookUp(path)
  if (found?.isFile === true) {
    return { entry: found.real, folder: dirname(found.real), isWholeFolder: false }
  }
  if (found !== undefined) return await openFolder(found.real, false)
  if (packageName.test(from)) return await openFolder(await findPackage(from, base), true)
  throw loadFailure(path, 'expected a file, a folder or the name of a package, got nothing')
}

async function findPackage(name: string, base: string): Promise<string> {
  for (let directory = resolve(base); ; directory = dirname(directory)) {
    const found = await lookUp(join(directory, 'node_modules', name))
    if (found !== undefined) return found.real
    if (directory === '/') {
      throw loadFailure(name, `there is no such file, and no package of that name is installed for ${base}`)
    }
  }
}

async function openFolder(folder: string, isPackage: boolean): Promise<Location> {
  const manifest = await readPackage(folder)
  if (manifest === undefined && isPackage) throw loadFailure(folder, 'a package needs a package.json')
  const targets = manifest === undefined ? indexFiles : packageTargets(manifest)
  for (const target of targets) {
    const found = await lookUp(join(folder, target))
    if (found?.isFile !== true) continue
    // Neither by `..` nor by a link: all that is loaded can be shown, and held, with the folder.
    if (!isBelow(found.real, folder)) throw loadFailure(folder, `${target} leads out of the folder`)
    if (found.real.slice(folder.length).includes('/node_modules/')) {
      throw loadFailure(folder, `${target} is in another package`)
    }
    return { entry: found.real, folder, isWholeFolder: true }
  }
  throw loadFailure(folder, `expected a file to load (${targets.join(', ') || 'exports in package.json'})`)
}

/** Undefined: nothing is there. @throws RT_LOAD_FAILED for what is neither file nor folder, or cannot be looked at */
async function lookUp(path: string): Promise<{ real: string; isFile: boolean } | undefined> {
  try {
    const real = await realpath(path)
    const stats = await stat(real)
    if (!stats.isFile() && !stats.isDirectory())
      throw loadFailure(path, 'expected a regular file or a folder')
    return { real, isFile: stats.isFile() }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined
    throw toLoadFailure(path, error)
  }
}
