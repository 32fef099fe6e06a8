import type { Root } from './root.ts'

const MOST_ROOTS = 4096
const MOST_NAMES = 65_536

/** Roots of which nobody lives and that nobody has forgotten: kept for a question, but not all of them. */
export class FinishedRoots {
  readonly #roots = new Set<Root>() // oldest first
  #names = 0

  /** Returns whom to forget for it. */
  add(root: Root): Root | undefined {
    this.#roots.add(root)
    this.#names += root.names
    const isTooMuch = this.#roots.size > MOST_ROOTS || this.#names > MOST_NAMES
    return isTooMuch ? this.#roots.values().next().value : undefined
  }

  delete(root: Root): void {
    if (this.#roots.delete(root)) this.#names -= root.names
  }
}
