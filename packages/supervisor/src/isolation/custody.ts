import { setTimeout as sleep } from 'node:timers/promises'
import type { LeafUsage } from '../control-groups/index.ts'
import { type Usage, usageOf } from '../accounting/index.ts'
import type { Attribution } from '../attribution/attribution.ts'
import { ExactAttribution } from '../attribution/exact.ts'
import type { ForkEvents } from '../attribution/fork-events/fork-events.ts'
import { LeafMembership } from '../attribution/leaf-membership.ts'
import type { Membership } from '../attribution/membership.ts'
import type { Ours } from '../attribution/ours.ts'
import { SampledAttribution } from '../attribution/sampled.ts'
import { Sampler } from '../attribution/sampler.ts'
import { SweepMembership } from '../attribution/sweep-membership.ts'
import { TreeMembership } from '../attribution/tree-membership.ts'
import { type LimitBreach, type LimitPlan, LimitWatch } from '../limits/index.ts'
import { nameOf } from '../processes/index.ts'
import { reapOrphans } from '../termination/orphans.ts'
import type { Boundary } from './boundary.ts'
import type { Posture } from './posture.ts'
import { guardListener } from './listener.ts'
import { type OutputChunk, StreamCapture } from './stream-capture.ts'

/** A killed job's pipes are read to their end, unless somebody who escaped holds them. */
const pipesMs = 500

export interface CustodyOptions {
  readonly events: ForkEvents | undefined
  /** True: by relatives only, though there is something better. */
  readonly isTree: boolean
  readonly limits: LimitPlan
  readonly posture: Posture
  readonly onOutput: (chunk: OutputChunk) => void
  /** What its worker sent so far. */
  readonly messages: () => number
  /** Where it may write, as the host names it. */
  readonly writable: readonly string[]
  /** The worker that we started for it is none of its processes. */
  readonly isWorker: boolean
}

/** One job's time in a boundary: what it prints, starts and uses, and that it ends with nobody left. */
export class Custody implements AsyncDisposable {
  readonly boundary: Boundary
  readonly posture: Posture
  readonly stdout: StreamCapture
  readonly stderr: StreamCapture
  readonly watch: LimitWatch
  readonly isWorker: boolean
  readonly #membership: Membership
  readonly #sampler: Sampler
  readonly #sampled: SampledAttribution
  readonly #attribution: Attribution
  #emptied: Promise<void> | undefined
  #lineage: ReturnType<Attribution['lineage']> | undefined
  #leafUsage: LeafUsage | undefined

  constructor(boundary: Boundary, options: CustodyOptions) {
    const { events, isTree, limits, posture, messages, writable, isWorker } = options
    const onOutput = guardListener(options.onOutput)
    const { launcher, leaf, first } = boundary
    this.boundary = boundary
    this.posture = posture
    this.isWorker = isWorker
    leaf?.limit(limits.leaf)
    const { stdout, stderr } = launcher.streams
    this.stdout = new StreamCapture(stdout, (bytes) => onOutput({ stream: 'stdout', bytes }))
    this.stderr = new StreamCapture(stderr, (bytes) => onOutput({ stream: 'stderr', bytes }))
    const own = isWorker ? new Set([...boundary.own, ...boundary.workers()]) : boundary.own
    const ours: Ours = { launcher: launcher.identity, own }
    this.#membership = isTree
      ? new SweepMembership({ root: launcher.identity, mark: boundary.mark })
      : leaf === undefined
        ? new TreeMembership(launcher.identity)
        : new LeafMembership(() => leaf.pids())
    // With the kernel's account the looks serve only where that has gaps.
    this.#sampler = new Sampler(launcher.identity, events === undefined ? 2 : 50, this.#membership)
    this.#sampled = new SampledAttribution(this.#sampler, ours)
    this.#attribution =
      events === undefined
        ? this.#sampled
        : new ExactAttribution(events, launcher.identity, this.#sampled, ours)
    this.watch = new LimitWatch(limits, {
      leafUsage: leaf === undefined ? undefined : () => leaf.usage(),
      members: () => this.#membership.members().filter((process) => !boundary.own.has(nameOf(process))),
      outputBytes: () => this.outputBytes,
      messages,
      tmpfs: boundary.spec.plan.launch.root?.tmpfs.map(({ path }) => `/proc/${first.pid}/root${path}`) ?? [],
      writable,
    })
  }

  get outputBytes(): number {
    return this.stdout.totalBytes + this.stderr.totalBytes
  }

  /** Who was met of the job. */
  get members(): string[] {
    return this.#sampler.seen.map(nameOf)
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

  /** The last word on its ceilings, when nobody is left. */
  async breach(): Promise<LimitBreach | undefined> {
    const [exit, launcher] = await Promise.all([this.boundary.ended.catch(() => undefined), this.boundary.usage])
    const cpuMs = launcher === undefined ? undefined : launcher.userMs + launcher.systemMs
    return await this.watch.finish({
      code: exit?.code ?? null,
      signal: exit?.signal ?? null,
      ...(cpuMs === undefined ? {} : { cpuMs }),
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
      launcher: await this.boundary.usage,
      sampled: { ...peaks, memoryPeakBytes: Math.max(peaks.memoryPeakBytes ?? 0, this.#sampler.peakRssBytes) },
      processes,
      wallMs,
      outputBytes: this.outputBytes,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Who could not be killed was told when it was tried first; what we hold is let go all the same.
    await this.empty().catch(() => undefined)
    this.watch[Symbol.dispose]()
    this.#attribution[Symbol.dispose]()
    this.stdout[Symbol.dispose]()
    this.stderr[Symbol.dispose]()
    await this.boundary[Symbol.asyncDispose]()
  }

  async #empty(): Promise<void> {
    this.#sampler.sample()
    this.watch.lookBeforeKill()
    try {
      await this.boundary.kill()
      const launcher = await this.boundary.usage
      this.#sampled.tasks = launcher?.tasks
    } finally {
      this.#leafUsage = this.boundary.leaf?.usage()
    }
    await this.lineage()
    reapOrphans(new Set(this.members))
    await Promise.race([
      Promise.all([this.stdout.closed, this.stderr.closed]),
      sleep(pipesMs, undefined, { ref: false }),
    ])
  }
}

