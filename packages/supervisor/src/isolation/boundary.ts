import { setTimeout as sleep } from 'node:timers/promises'
import { type Level, RuntimoError } from '@runtimo/capabilities'
import type { Attribution } from '../attribution/attribution.ts'
import { ExactAttribution } from '../attribution/exact.ts'
import type { ForkEvents } from '../attribution/fork-events/fork-events.ts'
import { Sampler } from '../attribution/sampler.ts'
import { TreeAttribution } from '../attribution/tree.ts'
import { signalProcess } from '../linux/pidfd.ts'
import { empty } from '../termination/empty.ts'
import { nameOf, type ProcessIdentity } from '../processes/index.ts'
import { reapOrphans } from '../termination/orphans.ts'
import { sweep } from '../termination/sweep.ts'
import { type Exit, launch, type Launched, type LaunchSpec } from './launch.ts'
import type { Posture } from './posture.ts'
import { readUid } from './uid.ts'

/** A killed job's pipes are read to their end, unless somebody who escaped holds them. */
const pipesMs = 500

/** Owns everything that one job starts: one launched process, and whatever comes from it. */
export class Boundary implements AsyncDisposable {
  readonly launched: Launched
  readonly attribution: Attribution
  readonly sampler: Sampler
  readonly posture: Posture
  #emptied: Promise<void> | undefined
  #lineage: ReturnType<Attribution['lineage']> | undefined

  private constructor(launched: Launched, events: ForkEvents | undefined, level: Level, heap: number | null) {
    this.launched = launched
    // With the kernel's account the samples serve only to tell what is used.
    this.sampler = new Sampler(launched.root, events === undefined ? 2 : 20)
    const tree = new TreeAttribution(launched, this.sampler)
    this.attribution = events === undefined ? tree : new ExactAttribution(events, launched.root, tree)
    this.posture = {
      level,
      pidNamespace: false,
      network: 'host',
      seccomp: false,
      landlock: false,
      memory: heap,
      pids: null,
      cpu: null,
      uid: readUid(launched.root.pid),
      cgroup: null,
    }
  }

  /** @throws RT_START_FAILED */
  static async open(
    spec: LaunchSpec,
    events: ForkEvents | undefined,
    level: Level,
    heap: number | null = null,
  ): Promise<Boundary> {
    return new Boundary(await launch(spec), events, level, heap)
  }

  get exited(): Promise<Exit> {
    return this.launched.exited
  }

  /** Kills whatever lives, waits until it is gone, and reads what it had printed. */
  empty(): Promise<void> {
    this.#emptied ??= this.#empty()
    return this.#emptied
  }

  /** Kills what can be found without waiting, for when this process is about to end. */
  abandon(): void {
    for (const member of sweep(this.launched, this.sampler.seen)) signalProcess(member, 'SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { stdout, stderr, channel } = this.launched
    // Who could not be killed was told when it was tried first; what we hold is let go all the same.
    await this.empty().catch(() => undefined)
    this.attribution[Symbol.dispose]()
    stdout[Symbol.dispose]()
    stderr[Symbol.dispose]()
    channel?.destroy()
  }

  async #empty(): Promise<void> {
    this.sampler.sample()
    const { root, stdout, stderr, exited } = this.launched
    const survivors = await empty({
      root,
      isExact: () => this.attribution.isExact,
      living: () => this.attribution.living(),
    })
    if (survivors.length > 0) {
      const pids = survivors.map(({ pid }) => pid)
      const message = `processes that could not be killed: ${pids.slice(0, 20).join(', ')}`
      throw new RuntimoError('RT_SURVIVORS', message, { pids: pids.slice(0, 100), count: pids.length })
    }
    await exited
    reapOrphans(new Set([...this.members, ...this.#membersOf((await this.lineage()).processes)]))
    await Promise.race([
      Promise.all([stdout.closed, stderr.closed]),
      sleep(pipesMs, undefined, { ref: false }),
    ])
  }

  /** Who was met of the job, but for the first process, which Node waits for. */
  get members(): string[] {
    return this.#membersOf(this.sampler.seen)
  }

  /** What the job started, as it stood when it was first asked for: after nobody was left. */
  lineage(): ReturnType<Attribution['lineage']> {
    this.#lineage ??= this.attribution.lineage()
    return this.#lineage
  }

  #membersOf(processes: readonly ProcessIdentity[]): string[] {
    const first = nameOf(this.launched.root)
    return processes.map(nameOf).filter((name) => name !== first)
  }
}
