import {
  isOver,
  nameOf,
  Pace,
  type ProcessIdentity,
  type ProcessStat,
  readExe,
  readPidInside,
  readStat,
} from '../processes/index.ts'
import { mostNamed } from './fork-events/lineage.ts'
import type { Membership } from './membership.ts'
import { mostOurs } from './ours.ts'
import type { SpawnedProcess } from './spawned-process.ts'

export type Seen = Omit<SpawnedProcess, 'alive'>

interface Sample {
  readonly isNamed: boolean
  seen: Seen
  cpuMs: number
  /** The most threads that it had at once. */
  threads: number
}

/** Slowly less often, so that a long job costs next to nothing. */
const growth = 1.05

/** Looks at a job's members again and again, and keeps the names of the first of them and what all used. */
export class Sampler implements Disposable {
  readonly membership: Membership
  readonly #first: ProcessIdentity
  readonly #root: string
  readonly #named: Sample[] = []
  /** Who was there when it was looked last, also the dead whom nobody has waited for. */
  #present = new Map<string, Sample>()
  #count = 0
  readonly #pace: Pace
  #waitedCpuMs = 0
  #endedCpuMs = 0
  #peakRssBytes = 0
  #extraThreads = 0

  /**
   * The first interval is short where names are wanted, for most children live briefly. What `first` used and
   * waited for counts, though it be no member.
   */
  constructor(first: ProcessIdentity, firstIntervalMs: number, membership: Membership, root: string = '/') {
    this.#first = first
    this.#root = root
    this.membership = membership
    this.sample()
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

  /** CPU time up to the last sample of each, in milliseconds: a lower bound. */
  get cpuMs(): number {
    const present = this.#present.values().reduce((sum, { cpuMs }) => sum + cpuMs, 0)
    return Math.max(this.#endedCpuMs + present, this.#waitedCpuMs)
  }

  /** The most that all had resident in one sample, in bytes. */
  get peakRssBytes(): number {
    return this.#peakRssBytes
  }

  sample(): void {
    const members = this.membership.members()
    const present = new Map(members.map((stat) => [nameOf(stat), this.#note(stat)]))
    for (const [name, { cpuMs }] of this.#present) if (!present.has(name)) this.#endedCpuMs += cpuMs
    this.#present = present
    const rssBytes = members.reduce((sum, stat) => sum + stat.rssBytes, 0)
    this.#peakRssBytes = Math.max(this.#peakRssBytes, rssBytes)
    const first = readStat(this.#first.pid, this.#root)
    if (first?.startTime === this.#first.startTime) this.#waitedCpuMs = first.cpuMs + first.childCpuMs
  }

  [Symbol.dispose](): void {
    this.#pace[Symbol.dispose]()
  }

  #note(stat: ProcessStat): Sample {
    const sample = this.#present.get(nameOf(stat)) ?? this.#meet(stat)
    const { comm, cpuMs, threads } = stat
    this.#extraThreads += Math.max(0, threads - sample.threads)
    sample.threads = Math.max(threads, sample.threads)
    sample.cpuMs = cpuMs
    // Named anew each time: between fork and exec a process still has its parent's name.
    const exe = sample.isNamed && !isOver(stat) ? readExe(stat.pid, this.#root) : undefined
    sample.seen = { ...sample.seen, comm, ...(exe !== undefined && { exe }) }
    return sample
  }

  #meet({ pid, ppid, startTime, comm }: ProcessStat): Sample {
    const isNamed = this.#count++ < mostNamed + mostOurs
    const pidInside = isNamed ? readPidInside(pid, this.#root) : undefined
    const seen = { pid, ppid, startTime, comm, ...(pidInside !== undefined && { pidInside }) }
    const sample: Sample = { isNamed, seen, cpuMs: 0, threads: 1 }
    if (isNamed) this.#named.push(sample)
    return sample
  }
}
