import { lstatSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Mount } from '@runtimo/worker'
import { isStandin, type Standin } from './held-file.ts'
import { pinParents, viewPaths } from './order.ts'
import type { Placeholder, Protection } from './protect.ts'
import { findAt, typeAt } from './type-at.ts'
import { isBelow, isWithin } from './within.ts'

/** Collects what is covered, in paths of the host, and tells it in paths of the view. */
export class Cover {
  readonly #mounts: readonly Mount[]
  readonly #masks = new Map<string, Mount['type']>()
  readonly #frozen = new Set<string>()
  readonly #placeholders = new Map<string, Placeholder>()
  readonly #forbidden = new Set<string>()

  constructor(mounts: readonly Mount[]) {
    this.#mounts = mounts
  }

  /** Hides something that exists, or the directory that keeps us from seeing whether it does. */
  mask(path: string): void {
    const found = findAt(path)
    if (found === undefined) return
    for (const seen of viewPaths(this.#mounts, found.real)) this.#masks.set(seen, found.type)
  }

  /** Makes something unchangeable, and unmakeable when it does not exist, unless told otherwise. */
  freeze(path: string, absent: Standin | 'makeable'): void {
    const found = findAt(path)
    if (found?.isClosed === true) {
      if (this.#writable(found.real).length > 0) this.mask(path)
    } else if (found !== undefined && (absent === 'makeable' || !isLikePlaceholder(path))) {
      for (const seen of this.#writable(found.real)) this.#frozen.add(seen)
    } else if (absent !== 'makeable' && typeAt(path) !== 'link' && typeAt(dirname(path)) === 'directory') {
      const real = `${realpathSync(dirname(path))}${path.slice(dirname(path).length)}`
      const seen = this.#writable(real)
      if (seen.length > 0) this.#placeholders.set(real, { path: real, seen, kind: absent })
    }
  }

  /** To be taken away after the job, when it is not there now. */
  forbid(path: string): void {
    if (typeAt(path) === 'absent' && this.#writable(path).length > 0) this.#forbidden.add(path)
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
