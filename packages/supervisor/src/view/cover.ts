import { lstatSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Mount } from '@runtimo/worker'
import { isStandin, type Standin } from './held-file.ts'
import { pinParents, viewPaths } from './order.ts'
import type { Placeholder, Protection } from './protect.ts'
import { between, isBelow, isWithin } from './within.ts'

type Type = Mount['type']

/** Collects what is covered, in paths of the host, and tells it in paths of the view. */
export class Cover {
  readonly #mounts: readonly Mount[]
  readonly #masks = new Map<string, Type>()
  readonly #frozen = new Set<string>()
  readonly #placeholders = new Map<string, Placeholder>()
  readonly #forbidden = new Set<string>()
  readonly #unheld = new Set<string>()

  constructor(mounts: readonly Mount[]) {
    this.#mounts = mounts
  }

  /** Hides something that exists. */
  mask(path: string): void {
    const found = this.#find(path)
    if (found === undefined) return
    for (const seen of viewPaths(this.#mounts, found.real)) this.#masks.set(seen, found.type)
  }

  /** Makes something unchangeable, and unmakeable when it does not exist, unless told otherwise. */
  freeze(path: string, absent: Standin | 'makeable'): void {
    const found = this.#find(path)
    if (found !== undefined && (absent === 'makeable' || !isLikePlaceholder(path))) {
      for (const seen of this.#writable(found.real)) this.#frozen.add(seen)
    } else if (absent !== 'makeable' && !this.#unheld.has(path) && isDirectory(dirname(path))) {
      const real = `${realpathSync(dirname(path))}${path.slice(dirname(path).length)}`
      const seen = this.#writable(real)
      if (seen.length > 0) this.#placeholders.set(real, { path: real, seen, kind: absent })
    }
  }

  /** To be taken away after the job, when it is not there now. */
  forbid(path: string): void {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return
    if (this.#writable(path).length > 0) this.#forbidden.add(path)
  }

  result(): Protection {
    const hidden = [...this.#masks.keys()]
    const masks = [...this.#masks].filter(([path]) => !hidden.some((other) => isBelow(path, other)))
    const held = [...this.#frozen].filter((path) => !hidden.some((other) => isWithin(path, other)))
    const frozen = held.filter((path) => !held.some((other) => isBelow(path, other)))
    const placeholders = [...this.#placeholders.values()]
    const covered = [...masks.map(([path]) => path), ...frozen, ...placeholders.flatMap(({ seen }) => seen)]
    return {
      masks: masks.map(([path, type]) => ({ path, type })),
      frozen,
      placeholders,
      forbidden: [...this.#forbidden],
      pins: pinParents(this.#mounts, covered),
      unheld: [...this.#unheld],
    }
  }

  /** What is at a path, past links, which are noted: a mount over a link covers what it leads to. */
  #find(path: string): { real: string; type: Type } | undefined {
    try {
      const links = [...between('/', path), path].filter((at) => lstatSync(at).isSymbolicLink())
      for (const link of links) if (this.#writable(link).length > 0) this.#unheld.add(link)
      const real = realpathSync(path)
      return { real, type: lstatSync(real).isDirectory() ? 'directory' : 'file' }
    } catch {
      return undefined
    }
  }

  #writable(path: string): string[] {
    return viewPaths(this.#mounts, path).filter((seen) => {
      const holder = this.#mounts.findLast(({ target }) => isWithin(seen, target))
      return holder?.access === 'write'
    })
  }
}

/** Of another job, it goes when that ends: it must be held, as one that is made. */
function isLikePlaceholder(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat !== undefined && isStandin(stat)
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
