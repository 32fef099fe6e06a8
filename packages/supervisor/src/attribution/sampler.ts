import { readlinkSync } from 'node:fs'
import { type ProcessIdentity, type ProcessStat, readChildren, readStat } from '../processes/index.ts'
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
  readonly #root: ProcessIdentity
  #intervalMs: number
  #timer: NodeJS.Timeout
  #waitedCpuMs = 0
  #peakRssBytes = 0

  /** The first interval is short where names are wanted, for most children live briefly. */
  constructor(root: ProcessIdentity, firstIntervalMs: number) {
    this.#root = root
    this.#intervalMs = firstIntervalMs
    this.sample([root.pid])
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

  /** Processes that were found otherwise. */
  add(found: readonly ProcessIdentity[]): void {
    this.sample(found.map(({ pid }) => pid))
  }

  /** One walk: from all who are known and alive, and from these pids. */
  sample(pids: readonly number[] = []): void {
    const queue = new Set([
      ...this.#samples
        .values()
        .filter(({ isGone }) => !isGone)
        .map(({ pid }) => pid),
      ...pids,
    ])
    let rssBytes = 0
    for (const pid of queue) {
      const stat = readStat(pid)
      if (stat === undefined || this.#samples.size >= maxFollowed) continue
      this.#note(stat)
      rssBytes += stat.rssBytes
      for (const child of readChildren(pid)) queue.add(child)
    }
    for (const [key, known] of this.#samples) {
      if (!known.isGone && !queue.has(known.pid)) this.#samples.set(key, { ...known, isGone: true })
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

  #note({ pid, ppid, startTime, comm, cpuMs, childCpuMs, state }: ProcessStat): void {
    const key = `${pid}:${startTime}`
    const known = this.#samples.get(key)
    // Named anew each time: between fork and exec a process still has its parent's name.
    const exe = 'ZXx'.includes(state) ? known?.exe : readExe(pid)
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
    if (pid === this.#root.pid) this.#waitedCpuMs = cpuMs + childCpuMs
  }
}

function readExe(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return undefined
  }
}
