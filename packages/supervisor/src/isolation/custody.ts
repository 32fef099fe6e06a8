import { setTimeout as sleep } from 'node:timers/promises'
import type { Output } from '@runtimo/capabilities'
import type { CounterName, LeafUsage } from '../control-groups/index.ts'
import { accounted, growing, noSample, type Usage, usageOf, usageSince } from '../accounting/index.ts'
import type { Attribution } from '../attribution/attribution.ts'
import { ExactAttribution } from '../attribution/exact.ts'
import type { ForkEvents } from '../attribution/fork-events/fork-events.ts'
import type { Membership } from '../attribution/membership.ts'
import type { Ours } from '../attribution/ours.ts'
import { SampledAttribution } from '../attribution/sampled.ts'
import { Sampler } from '../attribution/sampler.ts'
import { SweepMembership } from '../attribution/sweep-membership.ts'
import { type LimitBreach, LimitWatch } from '../limits/index.ts'
import { nameOf } from '../processes/index.ts'
import { reapOrphans } from '../termination/orphans.ts'
import type { Boundary } from './boundary.ts'
import type { Posture } from './posture.ts'
import type { Spending } from './spending.ts'
import { guardListener } from './listener.ts'
import { type OutputChunk, StreamCapture } from './stream-capture.ts'

/** A killed job's pipes are read to their end, unless somebody who escaped holds them. */
const pipesMs = 500

export interface CustodyOptions {
  readonly events: ForkEvents | undefined
  /** True: by relatives only, though there is something better. */
  readonly isTree: boolean
  readonly onOutput: (chunk: OutputChunk) => void
}

/** One job's time in a boundary: what it prints, starts and uses, and that it ends with nobody left. */
export class Custody implements AsyncDisposable {
  readonly boundary: Boundary
  readonly posture: Posture
  readonly stdout: StreamCapture
  readonly stderr: StreamCapture
  readonly watch: LimitWatch
  /** Names of the processes that we started for it. */
  readonly #own: ReadonlySet<string>
  readonly #membership: Membership
  readonly #sampler: Sampler
  readonly #sampled: SampledAttribution
  readonly #attribution: Attribution
  #emptied: Promise<void> | undefined
  #lineage: ReturnType<Attribution['lineage']> | undefined
  readonly #before: LeafUsage | undefined
  readonly #isReused: boolean
  /** The worker has served another: what is told of its whole life is not this job's. */
  readonly #isUsed: boolean
  #isReturned = false
  /** By its own word, where there is one. */
  #hasFailed: boolean | undefined
  #isKept = false
  readonly #start: Spending | undefined
  /** Of a worker that goes on: its launcher tells only at its end. */
  #spent: Spending | undefined
  #leafUsage: LeafUsage | undefined

  constructor(boundary: Boundary, options: CustodyOptions) {
    const { events, isTree } = options
    const { limits, plan } = boundary.spec
    const onOutput = guardListener(options.onOutput)
    const { launcher, leaf, first, worker } = boundary
    this.boundary = boundary
    this.posture = { ...plan.posture, cgroup: leaf?.path ?? null }
    leaf?.limit(limits.leaf)
    this.#isReused = boundary.spec.worker?.isReused === true
    // What the worker took to boot is the job's as well, unless it has served another.
    this.#isUsed = (worker?.served ?? 0) > 0
    this.#before = this.#isUsed ? leaf?.usage(growing) : undefined
    this.#start = this.#isReused ? worker?.spending() : undefined
    const { stdout, stderr } = launcher.streams
    this.stdout = new StreamCapture(stdout, (bytes) => onOutput({ stream: 'stdout', bytes }))
    this.stderr = new StreamCapture(stderr, (bytes) => onOutput({ stream: 'stderr', bytes }))
    const own = new Set(boundary.own)
    if (worker?.identity !== undefined) own.add(nameOf(worker.identity))
    this.#own = own
    const ours: Ours = { launcher: launcher.identity, own }
    this.#membership = isTree
      ? new SweepMembership({ root: launcher.identity, mark: boundary.mark })
      : boundary.membership
    // With the kernel's account the looks serve only where that has gaps.
    this.#sampler = new Sampler(events === undefined ? 2 : 50, this.#membership)
    if (events === undefined) this.#sampler.sample()
    this.#sampled = new SampledAttribution(this.#sampler, ours)
    this.#attribution =
      events === undefined
        ? this.#sampled
        : new ExactAttribution(events, launcher.identity, this.#sampled, ours)
    const received = worker?.channel.received ?? 0
    this.watch = new LimitWatch(limits, {
      leafUsage: leaf === undefined ? undefined : (wanted) => this.#readLeaf(wanted),
      members: () => this.#membership.members().filter((process) => !boundary.own.has(nameOf(process))),
      outputBytes: () => this.outputBytes,
      messages: () => (worker?.channel.received ?? 0) - received,
      tmpfs: plan.launch.root?.tmpfs.map(({ path }) => path) ?? [],
      first: first.pid,
      writable: plan.writable,
    })
  }

  get outputBytes(): number {
    return this.stdout.totalBytes + this.stderr.totalBytes
  }

  /** Who was met of the job, and whom we started for it, met or not; not the launcher, for which Node waits itself. */
  get members(): string[] {
    const launcher = nameOf(this.boundary.launcher.identity)
    const own = [...this.#own].filter((name) => name !== launcher)
    return [...own, ...[this.boundary.first, ...this.#sampler.seen].map(nameOf)]
  }

  /** Kills whatever lives, waits until it is gone, and reads what it had printed. @throws RT_SURVIVORS */
  empty(): Promise<void> {
    this.#emptied ??= this.#empty()
    return this.#emptied
  }

  /** Kills what can be found without waiting, for when this process is about to end. */
  abandon(): void {
    this.boundary.abandon()
  }

  /** Its worker has answered for good: it may serve another job, if it is as it was. */
  returned(): void {
    this.#isReturned = true
  }

  /** What the job came to, whatever became of its process: that of a function is killed when it has answered. */
  told({ success }: Output): void {
    this.#hasFailed = !success
  }

  /** True when it serves another job: then only this one's part is over. */
  get isKept(): boolean {
    return this.#isKept
  }

  /** The last word on its ceilings, when nobody is left. */
  async breach(): Promise<LimitBreach | undefined> {
    const hasFailed = this.#hasFailed
    if (this.#isKept) return await this.watch.finish({ code: 0, signal: null, hasFailed })
    const [exit, launcher] = await Promise.all([
      this.boundary.ended.catch(() => undefined),
      this.boundary.usage,
    ])
    const told = this.#isUsed ? undefined : launcher
    const { mostAtOnce, method } = await this.lineage()
    return await this.watch.finish({
      code: exit?.code ?? null,
      signal: exit?.signal ?? null,
      hasFailed,
      processes: method === 'exact' && !this.#isUsed ? mostAtOnce : undefined,
      cpuMs: told === undefined ? undefined : told.userMs + told.systemMs,
      writtenBytes: told?.writtenBytes,
    })
  }

  /** What the job started, as it stood when it was first asked for: after nobody was left. */
  lineage(): ReturnType<Attribution['lineage']> {
    this.#lineage ??= this.#attribution.lineage()
    return this.#lineage
  }

  async usage(processes: number, wallMs: number): Promise<Usage> {
    const { peaks } = this.watch
    return usageOf({
      leaf: this.#leafUsage,
      launcher: this.#isKept || this.#isUsed ? this.#spent : await this.boundary.usage,
      sampled: {
        ...(this.#isUsed ? noSample : peaks),
        memoryPeakBytes: Math.max(
          peaks.memoryPeakBytes ?? 0,
          this.#sampler.peakRssBytes,
          this.#spent?.rssBytes ?? 0,
        ),
      },
      processes,
      wallMs,
      outputBytes: this.outputBytes,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Who could not be killed was told when it was tried first; what we hold is let go all the same.
    await this.empty().catch(() => undefined)
    this.watch[Symbol.dispose]()
    if (this.#isKept) {
      this.#sampler[Symbol.dispose]()
      this.stdout.release()
      this.stderr.release()
      return
    }
    this.#attribution[Symbol.dispose]()
    this.stdout[Symbol.dispose]()
    this.stderr[Symbol.dispose]()
    await this.boundary[Symbol.asyncDispose]()
  }

  async #empty(): Promise<void> {
    if (await this.#isAsItWas()) {
      this.#isKept = true
      this.#spent = this.boundary.worker?.spentSince(this.#start)
      this.#leafUsage = this.#readLeaf(accounted)
      return
    }
    this.#sampler.sample()
    this.watch.lookBeforeKill()
    this.#spent = this.boundary.worker?.spentSince(this.#start)
    try {
      await this.boundary.kill()
      const launcher = await this.boundary.usage
      this.#sampled.tasks = launcher?.tasks
    } finally {
      this.#leafUsage = this.#readLeaf(accounted)
    }
    const { processes } = await this.lineage()
    reapOrphans(new Set([...this.members, ...processes.map(nameOf)]))
    await Promise.race([
      Promise.all([this.stdout.closed, this.stderr.closed]),
      sleep(pipesMs, undefined, { ref: false }),
    ])
  }

  #readLeaf(wanted?: readonly CounterName[]): LeafUsage | undefined {
    const usage = this.boundary.leaf?.usage(wanted)
    return usage === undefined || this.#before === undefined ? usage : usageSince(usage, this.#before)
  }

  /** Whether the worker may serve another job: nothing was left behind, seen from inside and from outside. */
  async #isAsItWas(): Promise<boolean> {
    const { worker } = this.boundary
    if (!this.#isReused || !this.#isReturned || worker === undefined) return false
    if (!(await worker.isAsItWas())) return false
    const lineage = await this.#attribution.lineage()
    if (lineage.count > 0) return false
    this.#lineage = Promise.resolve(lineage)
    worker.served++
    return true
  }
}
