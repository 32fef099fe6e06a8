import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isBelow } from './within.ts'

/** A package and how it was found: by itself, or by a link in a node_modules folder. */
export interface FoundPackage {
  /** Without links. */
  readonly directory: string
  /** The name in a node_modules folder that Node finds it by, if that is a link. */
  readonly link: string | undefined
}

/** A package and all that it and its dependencies import, found the way Node finds them. */
export function packageClosure(directory: string): FoundPackage[] {
  const found: FoundPackage[] = [{ directory: realpathSync(directory), link: undefined }]
  for (const { directory: importer } of found) {
    for (const name of dependenciesOf(importer)) {
      const next = resolvePackage(importer, name)
      const isKnown = found.some((known) => known.directory === next?.directory && known.link === next.link)
      if (next !== undefined && !isKnown) found.push(next)
    }
  }
  return found
}

/** The package folder that a file belongs to. */
export function packageOf(file: string): string {
  for (let directory = dirname(realpathSync(file)); ; directory = dirname(directory)) {
    if (exists(join(directory, 'package.json'))) return directory
    if (directory === '/') throw new Error(`${file} belongs to no package`)
  }
}

/** Undefined: not installed, as optional ones of other platforms are. */
function resolvePackage(importer: string, name: string): FoundPackage | undefined {
  for (let directory = importer; ; directory = dirname(directory)) {
    const path = join(directory, 'node_modules', name)
    if (!directory.endsWith('/node_modules') && exists(path)) {
      const real = realpathSync(path)
      const link = lstatSync(path).isSymbolicLink() ? path : undefined
      return { directory: real, link: link !== undefined && isBelow(link, importer) ? undefined : link }
    }
    if (directory === '/') return undefined
  }
}

function dependenciesOf(directory: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  if (typeof manifest !== 'object' || manifest === null) return []
  const kinds = ['dependencies', 'optionalDependencies', 'peerDependencies']
  return kinds.flatMap((kind) => {
    const listed: unknown = Reflect.get(manifest, kind)
    return typeof listed === 'object' && listed !== null ? Object.keys(listed) : []
  })
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
