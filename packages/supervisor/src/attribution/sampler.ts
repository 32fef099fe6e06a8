import { isOver, nameOf, Pace, type ProcessStat, readExe, readPidInside } from '../processes/index.ts'
import { mostNamed } from './fork-events/lineage.ts'
import type { Membership } from './membership.ts'
import { mostOurs } from './ours.ts'
import type { SpawnedProcess } from './spawned-process.ts'

export type Seen = Omit<SpawnedProcess, 'alive'>

interface Sample {
  readonly isNamed: boolean
  seen: Seen
  /** The most threads that it had at once. */
  threads: number
}

/** Slowly less often, so that a long job costs next to nothing. */
const growth = 1.05

/**
 * Looks at a job's members again and again, and keeps the names of the first of them and how large all were. Before
 * the first interval is over it looks only when told.
 */
export class Sampler implements Disposable {
  readonly membership: Membership
  readonly #root: string
  readonly #named: Sample[] = []
  /** Who was there when it was looked last, also the dead whom nobody has waited for. */
  #present = new Map<string, Sample>()
  #count = 0
  readonly #pace: Pace
  #peakRssBytes = 0
  #extraThreads = 0

  /** The first interval is short where names are wanted, for most children live briefly. */
  constructor(firstIntervalMs: number, membership: Membership, root: string = '/') {
    this.#root = root
    this.membership = membership
    this.#pace = new Pace(() => this.sample(), { firstMs: firstIntervalMs, growth })
  }

  /** The first members that were met, in that order, and whoever else is there. */
  get seen(): readonly Seen[] {
    const others = [...this.#present.values()].filter(({ isNamed }) => !isNamed)
    return [...this.#named, ...others].map(({ seen }) => seen)
  }

  /** All members that were met. */
  get count(): number {
    return this.#count
  }

  /** Threads of all of them beyond the first of each: a lower bound. */
  get extraThreads(): number {
    return this.#extraThreads
  }

  /** The most that all had resident in one sample, in bytes. */
  get peakRssBytes(): number {
    return this.#peakRssBytes
  }

  sample(): void {
    const members = this.membership.members()
    this.#present = new Map(members.map((stat) => [nameOf(stat), this.#note(stat)]))
    const rssBytes = members.reduce((sum, stat) => sum + stat.rssBytes, 0)
    this.#peakRssBytes = Math.max(this.#peakRssBytes, rssBytes)
  }

  [Symbol.dispose](): void {
    this.#pace[Symbol.dispose]()
  }

  #note(stat: ProcessStat): Sample {
    const sample = this.#present.get(nameOf(stat)) ?? this.#meet(stat)
    const { comm, threads } = stat
    this.#extraThreads += Math.max(0, threads - sample.threads)
    sample.threads = Math.max(threads, sample.threads)
    // Named anew each time: between fork and exec a process still has its parent's name.
    const exe = sample.isNamed && !isOver(stat) ? readExe(stat.pid, this.#root) : undefined
    sample.seen = { ...sample.seen, comm, ...(exe !== undefined && { exe }) }
    return sample
  }

  #meet({ pid, ppid, startTime, comm }: ProcessStat): Sample {
    const isNamed = this.#count++ < mostNamed + mostOurs
    const pidInside = isNamed ? readPidInside(pid, this.#root) : undefined
    const seen = { pid, ppid, startTime, comm, ...(pidInside !== undefined && { pidInside }) }
    const sample: Sample = { isNamed, seen, threads: 1 }
    if (isNamed) this.#named.push(sample)
    return sample
  }
}
