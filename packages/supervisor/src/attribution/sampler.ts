import {
  nameOf,
  type ProcessIdentity,
  type ProcessStat,
  readChildren,
  readExe,
  readStat,
} from '../processes/index.ts'
import type { SpawnedProcess } from './spawned-process.ts'

type Seen = Omit<SpawnedProcess, 'alive'>

interface Sample extends Seen {
  readonly cpuMs: number
  readonly isGone: boolean
}

/** Ever less often, so that a long job costs next to nothing. */
const lastIntervalMs = 50
/** More than so many are not followed: the walk itself would become a load. */
const maxFollowed = 10_000

/** Walks the tree below a process again and again, and keeps the names of all whom it met and what they used. */
export class Sampler implements Disposable {
  readonly #samples = new Map<string, Sample>()
  readonly #first: ProcessIdentity
  readonly #root: string
  #intervalMs: number
  #timer: NodeJS.Timeout
  #waitedCpuMs = 0
  #peakRssBytes = 0

  /** The first interval is short where names are wanted, for most children live briefly. */
  constructor(first: ProcessIdentity, firstIntervalMs: number, root: string = '/') {
    this.#first = first
    this.#root = root
    this.#intervalMs = firstIntervalMs
    this.sample([first])
    this.#timer = setTimeout(this.#tick, this.#intervalMs).unref()
  }

  /** All that were met, in that order; the root is the first. */
  get seen(): readonly Seen[] {
    return [...this.#samples.values()].map(({ cpuMs: _cpu, isGone: _gone, ...seen }) => seen)
  }

  /** CPU time up to the last sample of each, in milliseconds: a lower bound. */
  get cpuMs(): number {
    const own = this.#samples.values().reduce((sum, { cpuMs }) => sum + cpuMs, 0)
    return Math.max(own, this.#waitedCpuMs)
  }

  /** The most that all had resident in one sample, in bytes. */
  get peakRssBytes(): number {
    return this.#peakRssBytes
  }

  /**
   * One walk: from all who are known and live, and from these. A pid alone is nobody: whoever has the pid
   * of a member now, but not its start time, is a stranger.
   */
  sample(found: readonly ProcessIdentity[] = []): void {
    const known = [...this.#samples.values()].filter(({ isGone }) => !isGone)
    const queue = new Map([...known, ...found].map((process) => [nameOf(process), process]))
    let rssBytes = 0
    for (const [name, { pid, startTime }] of queue) {
      const stat = readStat(pid, this.#root)
      if (stat?.startTime !== startTime) {
        this.#forget(name)
        continue
      }
      if (this.#samples.size >= maxFollowed && !this.#samples.has(name)) continue
      this.#note(stat)
      rssBytes += stat.rssBytes
      for (const child of this.#childrenOf(stat)) queue.set(nameOf(child), child)
    }
    this.#peakRssBytes = Math.max(this.#peakRssBytes, rssBytes)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  readonly #tick = (): void => {
    this.sample()
    this.#intervalMs = Math.min(lastIntervalMs, this.#intervalMs * 1.05)
    this.#timer = setTimeout(this.#tick, this.#intervalMs).unref()
  }

  /** Children by their own word; none when the parent was exchanged while they were listed. */
  #childrenOf({ pid, startTime }: ProcessIdentity): ProcessIdentity[] {
    const children = readChildren(pid, this.#root)
      .map((child) => readStat(child, this.#root))
      .filter((stat) => stat !== undefined && stat.ppid === pid && stat.startTime >= startTime)
      .filter((stat) => stat !== undefined)
    return children.length > 0 && readStat(pid, this.#root)?.startTime === startTime ? children : []
  }

  #forget(name: string): void {
    const known = this.#samples.get(name)
    if (known !== undefined) this.#samples.set(name, { ...known, isGone: true })
  }

  #note({ pid, ppid, startTime, comm, cpuMs, childCpuMs, state }: ProcessStat): void {
    const key = nameOf({ pid, startTime })
    const known = this.#samples.get(key)
    // Named anew each time: between fork and exec a process still has its parent's name.
    const exe = 'ZXx'.includes(state) ? known?.exe : readExe(pid, this.#root)
    const first = known === undefined ? ppid : known.ppid
    const sample = {
      pid,
      ppid: first,
      startTime,
      comm,
      cpuMs,
      isGone: false,
      ...(exe === undefined ? {} : { exe }),
    }
    this.#samples.set(key, sample)
    if (pid === this.#first.pid) this.#waitedCpuMs = cpuMs + childCpuMs
  }
}
