import type { CounterName, LeafUsage } from '../control-groups/leaf-usage.ts'
import { Pace, type ProcessIdentity } from '../processes/index.ts'
import type { LimitBreach } from './breach.ts'
import { Census, type Totals } from './census.ts'
import { findBreach, type Readings } from './checks.ts'
import { findCulprit } from './culprit.ts'
import { type JobEnd, toldByEnd } from './job-end.ts'
import { LeafSigns } from './leaf-signs.ts'
import { MemoryMeter } from './memory-meter.ts'
import { noPeaks, type Peaks, raisePeaks } from './peaks.ts'
import type { LimitPlan } from './plan.ts'
import { readTmpfs, type TmpfsUse } from './tmpfs.ts'
import { WrittenFiles } from './written-files.ts'

/** Where a watch reads what a job uses. */
export interface WatchSources {
  /**
   * Counters of this job alone, all or those that are wanted: of a group that served another before, less what that
   * one used.
   */
  readonly leafUsage?: ((wanted?: readonly CounterName[]) => LeafUsage | undefined) | undefined
  /**
   * The job's processes, without those that are ours (the launcher, pid 1 of the namespace): for a normal user
   * these cannot be read, and whoever daemonizes would count as their child.
   */
  readonly members: () => readonly Readonly<ProcessIdentity>[]
  /** What the job printed so far, also what was not kept. */
  readonly outputBytes: () => number
  /** What its worker sent so far. */
  readonly messages: () => number
  /** Its private file systems in memory, at the paths that it sees. */
  readonly tmpfs: readonly string[]
  /** Who is in its view from before it begins; undefined: nobody but its members. */
  readonly first?: number | undefined
  /** Its workspace, as we can read it. */
  readonly writable: readonly string[]
  /** Where /proc is; '/' unless told. */
  readonly root?: string | undefined
}

/** Of the ceiling on memory: above it the members are looked at, so that several looks come before the kernel kills. */
const nearFrom = 1 / 8
const rhythm = { firstMs: 5, growth: 1.2 }

/**
 * Looks at what a job uses, often at first and ever less often, and tells which ceiling it went over. What the
 * kernel holds it reads off the group's counters; all else it holds by itself, so a job can be over for as long as
 * lies between two looks (5 to 50 ms, more with thousands of processes). Make it before the job may run.
 */
export class LimitWatch implements Disposable {
  /** The first breach. Never resolves for a job that stays below its ceilings. */
  readonly tripped: Promise<LimitBreach>
  /** Let the job run after this: what was in its workspace before is counted. @throws RT_POSTURE_UNAVAILABLE */
  readonly ready: Promise<void>
  readonly #plan: Pick<LimitPlan, 'watched' | 'leaf'>
  readonly #sources: WatchSources
  readonly #trip: (breach: LimitBreach) => void
  readonly #census: Census
  readonly #memory: MemoryMeter
  readonly #files: WrittenFiles | undefined
  readonly #signs: LeafSigns
  readonly #pace: Pace | undefined
  #breach: LimitBreach | undefined
  #peaks: Peaks = noPeaks
  #leafPeakAtCensus = 0
  #tmpfs: TmpfsUse | undefined
  #firstInodes: number | undefined

  constructor(plan: Pick<LimitPlan, 'watched' | 'leaf'>, sources: WatchSources) {
    const { promise, resolve } = Promise.withResolvers<LimitBreach>()
    this.tripped = promise
    this.#trip = resolve
    this.#plan = plan
    this.#sources = sources
    const { watched } = plan
    const { writable, root = '/' } = sources
    const io = watched.writtenBytes !== undefined
    this.#census = new Census({ io, descriptors: watched.descriptors !== undefined }, root)
    this.#memory = new MemoryMeter(root)
    this.#signs = new LeafSigns(plan, sources.leafUsage ?? (() => undefined))
    if (watched.writtenFiles !== undefined) this.#files = new WrittenFiles(writable, watched.writtenFiles)
    this.ready = this.#files?.ready ?? Promise.resolve()
    this.#look()
    const isNeeded = Object.values(watched).some((allowed) => allowed !== undefined)
    if (isNeeded && this.#breach === undefined) this.#pace = new Pace(() => this.look(), rhythm)
  }

  get peaks(): Peaks {
    return this.#peaks
  }

  look(): void {
    if (this.#breach === undefined) this.#look()
  }

  /** One look right before the job is killed. Forks that are refused from now on may be our doing. */
  lookBeforeKill(): void {
    this.look()
    this.#signs.freezeForks()
  }

  /**
   * The last look, when nobody of the job lives and its group is still there: what happened since the look before,
   * and what only its end tells. A job that went over a ceiling has done so even if it ended well.
   */
  async finish(end: JobEnd): Promise<LimitBreach | undefined> {
    this.#pace?.[Symbol.dispose]()
    if (this.#breach !== undefined) return this.#breach
    await this.#files?.recount()
    this.#look(end.cpuMs)
    if (this.#breach !== undefined) return this.#breach
    const told = toldByEnd(this.#plan.watched, end, this.#peaks)
    if (told !== undefined) this.#breach = this.#blame(told)
    return this.#breach
  }

  [Symbol.dispose](): void {
    this.#pace?.[Symbol.dispose]()
    this.#files?.[Symbol.dispose]()
  }

  #look(cpuMs: number = 0): void {
    this.#signs.look()
    this.#files?.countIfDue()
    const totals = this.#takeCensus()
    if (this.#isTmpfsCounted()) this.#tmpfs = readTmpfs(this.#sources.tmpfs, this.#pids()) ?? this.#tmpfs
    this.#firstInodes ??= this.#tmpfs?.inodes
    const readings = this.#readings(totals, cpuMs)
    this.#peaks = raisePeaks(this.#peaks, readings, totals)
    const breach = findBreach(this.#plan, readings)
    if (breach === undefined) return
    if (totals === undefined) this.#census.look(this.#sources.members())
    this.#breach = this.#blame(breach)
    this.#trip(this.#breach)
    this.#pace?.[Symbol.dispose]()
  }

  #readings(totals: Totals | undefined, cpuMs: number): Readings {
    const { watched, leaf } = this.#plan
    const counters = totals?.counters
    const sampledCpuMs = counters === undefined ? 0 : counters.userMs + counters.systemMs
    const allowedBytes = watched.memoryBytes ?? Infinity
    const isMemoryOurs = totals !== undefined && leaf.memoryBytes === undefined
    const inTmpfs = this.#tmpfs?.bytes ?? 0
    return {
      leaf: this.#signs.latest,
      cpuTimeMs: Math.max(this.#signs.latest?.cpuMs ?? sampledCpuMs, cpuMs),
      memoryBytes: isMemoryOurs
        ? this.#memory.measure(totals.rssBytes, this.#census, allowedBytes - inTmpfs) + inTmpfs
        : undefined,
      processes: leaf.processes === undefined ? totals?.tasks : undefined,
      writtenBytes: counters === undefined ? inTmpfs : counters.writtenBytes + inTmpfs,
      writtenFiles: this.#countFiles(),
      outputBytes: this.#sources.outputBytes(),
      messages: this.#sources.messages(),
    }
  }

  /** Undefined: nobody needs to be looked at now. */
  #takeCensus(): Totals | undefined {
    if (!this.#isCensusDue()) return undefined
    this.#leafPeakAtCensus = this.#signs.latest?.memoryPeakBytes ?? 0
    this.#census.look(this.#sources.members())
    return this.#census.totals
  }

  #isCensusDue(): boolean {
    const { watched, leaf } = this.#plan
    const { memoryPeakBytes = 0, cpuMs } = this.#signs.latest ?? {}
    // Whoever is killed for memory is gone before the counter tells: known are those of the rise before.
    const isRising =
      memoryPeakBytes > Math.max(this.#leafPeakAtCensus, (leaf.memoryBytes ?? Infinity) * nearFrom)
    return (
      isRising ||
      watched.writtenBytes !== undefined ||
      watched.writtenFiles !== undefined ||
      watched.descriptors !== undefined ||
      (watched.memoryBytes !== undefined && leaf.memoryBytes === undefined) ||
      (watched.processes !== undefined && leaf.processes === undefined) ||
      (watched.cpuTimeMs !== undefined && cpuMs === undefined)
    )
  }

  /** Where nothing depends on it, it is not looked at: two calls a look. */
  #isTmpfsCounted(): boolean {
    const { watched, leaf } = this.#plan
    return (
      leaf.memoryBytes === undefined ||
      watched.writtenBytes !== undefined ||
      watched.writtenFiles !== undefined
    )
  }

  #pids(): number[] {
    const { first } = this.#sources
    return [...(first === undefined ? [] : [first]), ...this.#census.members.map(({ pid }) => pid)]
  }

  #countFiles(): number | undefined {
    if (this.#files === undefined) return undefined
    const inTmpfs = (this.#tmpfs?.inodes ?? 0) - (this.#firstInodes ?? 0)
    return this.#files.count + Math.max(0, inTmpfs)
  }

  #blame(breach: LimitBreach): LimitBreach {
    const culprit = findCulprit(breach.limit, this.#census)
    return culprit === undefined ? breach : { ...breach, culprit }
  }
}
