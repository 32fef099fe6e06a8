import type { ProcessIdentity } from '../processes/index.ts'
import type { Attribution, Method } from './attribution.ts'
import type { ForkEvents } from './fork-events/fork-events.ts'
import type { Lineage } from './fork-events/lineage.ts'

/** By the kernel's account of every fork; what it lost is made up for by the other way of looking. */
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

  async living(): Promise<readonly ProcessIdentity[]> {
    if (!this.#isLossy) {
      const { living, lost } = await this.#events.lineage(this.#root.pid)
      if (!lost) return living
      this.#isLossy = true
    }
    return [...(await this.#events.alive(this.#root.pid)), ...(await this.#fallback.living())]
  }

  async lineage(): Promise<Lineage & { readonly method: Method }> {
    const lineage = await this.#events.lineage(this.#root.pid)
    if (!lineage.lost) return { ...lineage, method: 'exact' }
    const sampled = await this.#fallback.lineage()
    const known = new Set(lineage.processes.map(({ pid, startTime }) => `${pid}:${startTime}`))
    const more = sampled.processes.filter(({ pid, startTime }) => !known.has(`${pid}:${startTime}`))
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
