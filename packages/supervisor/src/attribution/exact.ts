import { nameOf, type ProcessIdentity } from '../processes/index.ts'
import type { Attribution, Method } from './attribution.ts'
import type { ForkEvents } from './fork-events/fork-events.ts'
import type { Lineage } from './fork-events/lineage.ts'

/** By the kernel's account of every fork; what that missed is made up for by the other way of looking. */
export class ExactAttribution implements Attribution {
  readonly #events: ForkEvents
  readonly #root: ProcessIdentity
  readonly #fallback: Attribution
  #isLossy = false

  constructor(events: ForkEvents, root: ProcessIdentity, fallback: Attribution) {
    this.#events = events
    this.#root = root
    this.#fallback = fallback
  }

  get isExact(): boolean {
    return !this.#isLossy
  }

  /**
   * When the account says that nobody is left, /proc is asked once more: a process can have itself
   * forked in another's name (CLONE_PARENT). Whoever is found then makes the account a lossy one.
   */
  async living(): Promise<readonly ProcessIdentity[]> {
    const { living, lost } = await this.#events
      .alive(this.#root.pid)
      .catch(() => ({ living: [], lost: true }))
    if (living.length > 0 && !lost) return living
    const found = await this.#fallback.living()
    const known = new Set(living.map(({ pid }) => pid))
    const others = found.filter(({ pid }) => !known.has(pid))
    this.#isLossy ||= lost || others.length > 0
    return [...living, ...others]
  }

  async lineage(): Promise<Lineage & { readonly method: Method }> {
    const lineage = await this.#events.lineage(this.#root.pid).catch(() => nothing)
    if (!lineage.lost && !this.#isLossy) return { ...lineage, method: 'exact' }
    const sampled = await this.#fallback.lineage()
    const known = new Set(lineage.processes.map(nameOf))
    const more = sampled.processes.filter((process) => !known.has(nameOf(process)))
    return {
      ...lineage,
      processes: [...lineage.processes, ...more],
      count: lineage.count + more.length,
      method: 'sampled',
    }
  }

  [Symbol.dispose](): void {
    this.#events.forget(this.#root.pid)
    this.#fallback[Symbol.dispose]()
  }
}

/** What is known when the listener has ended. */
const nothing: Lineage = { processes: [], count: 0, living: [], lost: true }
