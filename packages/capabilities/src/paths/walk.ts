import { mkdirSync, rmdirSync } from 'node:fs'
import { posix } from 'node:path'
import { errnoOf, failWith } from '../linux/errno.ts'
import { Directory, pathOf, type Step } from './directory.ts'
import { type Found, lookAt, type ResolveOptions } from './found.ts'
import { readLink } from './link.ts'
import { endsAsDirectory, namesOf } from './name.ts'
import { syncDirectoryNow } from './sync-directory.ts'

/** As many as the kernel follows; what is exchanged under our hands counts as one. */
const maxLinks = 40

/**
 * Resolves a path as the kernel would, name by name from `/`, each opened without following a link. Links are expanded
 * here, and `..` goes to the directory that we came from: so nothing is ever checked by a name and used by it later.
 * @throws RT_FILE_…, and `EAGAIN` when a directory was moved meanwhile
 */
export function walk(path: string, options: ResolveOptions): Found {
  using release = new DisposableStack()
  const directory = release.use(Directory.openRoot())
  const found = new Walk(path, directory, options).run()
  release.move()
  return found
}

class Walk {
  readonly #directory: Directory
  readonly #options: ResolveOptions
  /** Names that are still to be walked. */
  #ahead: readonly string[]
  #endsAsDirectory: boolean
  #links = 0
  readonly #aliases: (readonly Step[])[] = []
  readonly #created: string[] = []

  constructor(path: string, directory: Directory, options: ResolveOptions) {
    this.#directory = directory
    this.#options = options
    this.#ahead = namesOf(path)
    this.#endsAsDirectory = endsAsDirectory(path)
  }

  run(): Found {
    try {
      const found = this.#run()
      this.#syncCreated()
      return found
    } catch (error) {
      const way = { steps: [...this.#directory.steps, ...this.#below()], aliases: this.#aliases }
      this.#removeCreated()
      throw errnoOf(error) === 'EAGAIN' ? error : this.#options.judge.failure(error, way)
    }
  }

  #run(): Found {
    for (;;) {
      const [name, ...rest] = this.#ahead
      if (name === undefined) return this.#found(undefined)
      if (name === '..') this.#directory.leave()
      else if (rest.length > 0) {
        if (!this.#enter(name, rest)) continue
      } else {
        const last = lookAt(this.#directory, name)
        if (last.kind !== 'link' || !this.#options.followLast) return this.#found(last)
        this.#expand(name, rest)
        continue
      }
      this.#ahead = rest
    }
  }

  /** What is ahead, as far as its names say where it is. */
  #below(): Step[] {
    const up = this.#ahead.indexOf('..')
    return stepsOf(up === -1 ? this.#ahead : this.#ahead.slice(0, up))
  }

  #found(last: Found['last']): Found {
    return {
      directory: this.#directory,
      last,
      endsAsDirectory: this.#endsAsDirectory,
      aliases: this.#aliases,
      created: this.#created,
    }
  }

  /** False when what is ahead changed, or is to be tried again. */
  #enter(name: string, rest: readonly string[]): boolean {
    try {
      this.#directory.enter(name)
      return true
    } catch (error) {
      const code = errnoOf(error)
      if (code === 'ENOENT' && this.#options.createParents && !rest.includes('..')) this.#create(name, rest)
      else if (code === 'ENOTDIR' || code === 'ELOOP') this.#enterOther(name, rest)
      else throw error
      return false
    }
  }

  /** What is no directory: a link, or one that was exchanged for a directory just now. */
  #enterOther(name: string, rest: readonly string[]): void {
    const { kind } = lookAt(this.#directory, name)
    if (kind === 'link') this.#expand(name, rest)
    else if (kind === 'directory') this.#count()
    else failWith('ENOTDIR', 'open')
  }

  #expand(name: string, rest: readonly string[]): void {
    this.#count()
    const target = readLink(this.#directory, name)
    if (target === undefined) return // none any more
    this.#noteAlias(name, rest)
    if (target.startsWith('/')) this.#directory.toRoot()
    if (rest.length === 0 && endsAsDirectory(target)) this.#endsAsDirectory = true
    this.#ahead = [...namesOf(target), ...rest]
  }

  #count(): void {
    if (++this.#links > maxLinks) failWith('ELOOP', 'open')
  }

  /** The path by the link's name: a rule may be about that, as when `.bashrc` is a link to a file elsewhere. */
  #noteAlias(name: string, rest: readonly string[]): void {
    const below = posix.normalize(rest.join('/'))
    if (below.startsWith('..')) return
    this.#aliases.push([...this.#directory.steps, { name }, ...stepsOf(namesOf(below))])
  }

  /** Judged before each: nothing is made where nothing may be written. */
  #create(name: string, rest: readonly string[]): void {
    this.#options.judge.demand({
      steps: [...this.#directory.steps, ...stepsOf([name, ...rest])],
      aliases: this.#aliases,
    })
    try {
      mkdirSync(this.#directory.at(name), 0o777)
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error
      return this.#count()
    }
    this.#created.push(pathOf([...this.#directory.steps, { name }]))
    this.#directory.enter(name)
    this.#ahead = rest
  }

  /** From below: the first commits all to the journal of the file system, and the others find nothing to do. */
  #syncCreated(): void {
    const [outermost] = this.#created
    if (outermost === undefined) return
    using above = this.#directory.clone()
    while (pathOf(above.steps).length >= outermost.length) {
      above.leave()
      syncDirectoryNow(above.fd)
    }
  }

  /** As far as they are still the way that we came; they are left where somebody else uses them. */
  #removeCreated(): void {
    try {
      for (const path of this.#created.toReversed()) {
        const { steps } = this.#directory
        const name = steps.at(-1)?.name
        if (name === undefined || pathOf(steps) !== path) return
        this.#directory.leave()
        rmdirSync(this.#directory.at(name))
      }
    } catch {
      // The error that brought us here says more.
    }
  }
}

function stepsOf(names: readonly string[]): Step[] {
  return names.map((name) => ({ name }))
}
