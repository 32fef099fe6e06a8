import { lstatSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import type { Mount, RootView } from '@runtimo/worker'
import { type FoundPackage, packageClosure, packageOf } from './package-closure.ts'
import { isWithin } from './within.ts'

/** What a worker of ours needs beside the host's root, at the paths that it has on the host. */
export interface CodeView {
  readonly mounts: readonly Mount[]
  readonly symlinks: RootView['symlinks']
}

export interface CodeOptions {
  /** What is seen anyway, such as /usr: nothing in there is mounted once more. */
  readonly seen: readonly Mount[]
  /** File of the worker's entry: decides between a package's sources and what was built of them. */
  readonly entry: string
  readonly execPath?: string
}

/**
 * The Node binary and the closure of packages of a worker, and nothing else of the folders that they are
 * in. The binary is one file: its folder may hold anything.
 */
export function codeView({ seen, entry, execPath = process.execPath }: CodeOptions): CodeView {
  const packages = packageClosure(packageOf(entry))
  const output = relativeTop(packageOf(entry), realpathSync(entry))
  const paths = [realpathSync(execPath), ...packages.flatMap((found) => pathsOf(found, output))]
  const isSeen = (path: string): boolean => seen.some(({ target }) => isWithin(path, target))
  const wanted = [...new Set(paths)].filter((path) => !isSeen(path))
  const mounts = wanted
    .filter((path) => !wanted.some((other) => other !== path && isWithin(path, other)))
    .map(toMount)
  const links = [...new Set(packages.flatMap(({ link }) => link ?? []))]
  const symlinks = links
    .filter((path) => ![...seen, ...mounts].some(({ target }) => isWithin(path, target)))
    .map((path) => ({ path, target: realpathSync(path) }))
  return { mounts, symlinks }
}

/** What is shown of one package. */
function pathsOf({ directory }: FoundPackage, output: string): string[] {
  const store = /^.*\/\.pnpm\/[^/]+\/node_modules(?=\/)/u.exec(directory)?.[0]
  // Beside the package stand the links to what it depends on.
  if (store !== undefined) return [store]
  if (directory.includes('/node_modules/')) return [directory]
  // Of this workspace: of a package being developed only what would be published.
  const parts = ['package.json', output, 'node_modules'].map((name) => join(directory, name))
  return parts.filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined)
}

/** `src` or `dist`: the first folder on the way from a package to its entry. */
function relativeTop(directory: string, entry: string): string {
  const [top] = entry.slice(directory.length + 1).split('/')
  if (top === undefined || dirname(entry) === directory) throw new Error(`${entry} is not in a folder`)
  return top
}

function toMount(path: string): Mount {
  const type = lstatSync(path).isDirectory() ? 'directory' : 'file'
  return { source: path, target: path, type, access: 'read', isIdMapped: false }
}
