import type { Launched } from '../isolation/launch.ts'
import { isAlive, type ProcessIdentity } from '../processes/index.ts'
import { sweep } from '../termination/sweep.ts'
import type { Attribution, Method } from './attribution.ts'
import type { Lineage } from './fork-events/lineage.ts'
import type { Sampler } from './sampler.ts'

/** By what the sampler saw and a sweep of /proc finds. What lived shorter than a sample may be missing. */
export class TreeAttribution implements Attribution {
  readonly isExact = false
  readonly #job: Pick<Launched, 'root' | 'mark'>
  readonly #sampler: Sampler

  constructor(job: Pick<Launched, 'root' | 'mark'>, sampler: Sampler) {
    this.#job = job
    this.#sampler = sampler
  }

  async living(): Promise<readonly ProcessIdentity[]> {
    const known = this.#sampler.seen.filter((process) => isAlive(process))
    const found = sweep(this.#job, known)
    this.#sampler.sample(found)
    return found
  }

  async lineage(): Promise<Lineage & { readonly method: Method }> {
    const processes = this.#sampler.seen.map((process) => ({ ...process, alive: isAlive(process) }))
    const living = processes.filter(({ alive }) => alive)
    return {
      processes: processes.slice(0, 1000),
      count: processes.length,
      living,
      lost: false,
      method: 'tree',
    }
  }

  [Symbol.dispose](): void {
    this.#sampler[Symbol.dispose]()
  }
}
