import { ProcReader } from '../processes/proc-reader.ts'
import type { Census } from './census.ts'
import { sumPss } from './pss.ts'

/** A tenth of the time may go into walking pages. */
const restFactor = 10

/** The memory of a whole job without a control group: what its members have resident. */
export class MemoryMeter {
  readonly #reader = new ProcReader()
  readonly #root: string
  #last = { rss: 0, pss: 0 }
  #restsUntil = 0

  constructor(root: string = '/') {
    this.#root = root
  }

  /**
   * `rssBytes`, in which a page that n processes share counts n times. Only when that is more than `allowed`
   * is it measured with each page counted once, and anew when it has grown enough to matter.
   */
  measure(rssBytes: number, census: Census, allowed: number): number {
    if (rssBytes <= allowed) return rssBytes
    const { rss, pss } = this.#last
    const mayBeOver = rssBytes - rss >= allowed - pss
    if (!mayBeOver && performance.now() < this.#restsUntil) return pss
    const startedAt = performance.now()
    this.#last = { rss: rssBytes, pss: sumPss(census.members, this.#reader, this.#root) }
    const endedAt = performance.now()
    this.#restsUntil = endedAt + restFactor * (endedAt - startedAt)
    return this.#last.pss
  }
}
