import { isAlive, type ProcessIdentity } from '../processes/index.ts'
import type { Attribution, Method } from './attribution.ts'
import { type Lineage, mostNamed } from './fork-events/lineage.ts'
import type { Seize } from './membership.ts'
import { areOurs, isOurs, nothingOurs, type Ours } from './ours.ts'
import type { Sampler } from './sampler.ts'

/** By looking often at who is there. What lived shorter than a sample has no name, but may be counted. */
export class SampledAttribution implements Attribution {
  /**
   * Tasks that the job's pid namespace ever had besides process 1 (its `ns_last_pid` less one), others of ours and
   * threads included; to be told when nobody is left. A namespace that ran out of numbers begins anew: then it is
   * too low.
   */
  tasks: number | undefined
  readonly #sampler: Sampler
  readonly #ours: Ours

  constructor(sampler: Sampler, ours: Ours = nothingOurs) {
    this.#sampler = sampler
    this.#ours = ours
  }

  get isExact(): boolean {
    return this.#sampler.membership.method === 'sampled'
  }

  /** Whether it never met anybody but ours, and finds nobody else now. */
  isOursAlone(): boolean {
    const pids = this.#sampler.membership.pids?.()
    if (pids === undefined || !areOurs(pids, this.#ours)) this.#sampler.sample()
    return this.#sampler.seen.every((process) => isOurs(process, this.#ours))
  }

  async living(seize?: Seize): Promise<readonly ProcessIdentity[]> {
    const living = this.#sampler.membership.living(seize)
    this.#sampler.sample()
    return living
  }

  async lineage(): Promise<Lineage & { readonly method: Method }> {
    this.#sampler.sample()
    const { seen, count, membership } = this.#sampler
    const processes = seen
      .filter((process) => !isOurs(process, this.#ours))
      .map((process) => Object.assign({}, process, { alive: isAlive(process) }))
    const met = count - (seen.length - processes.length)
    return {
      processes: processes.slice(0, mostNamed),
      count: Math.max(met, this.#told()),
      living: processes.filter(({ alive }) => alive).map(({ pid, startTime }) => ({ pid, startTime })),
      lost: false,
      method: membership.method,
    }
  }

  [Symbol.dispose](): void {
    this.#sampler[Symbol.dispose]()
  }

  /** The namespace counts threads too: those that were seen are taken off. */
  #told(): number {
    if (this.tasks === undefined) return 0
    const inside = this.#sampler.seen.filter(({ pidInside = 1 }) => pidInside !== 1)
    const ours = inside.filter((process) => isOurs(process, this.#ours))
    return this.tasks - ours.length - this.#sampler.extraThreads
  }
}
