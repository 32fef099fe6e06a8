import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { RuntimoError } from '@runtimo/capabilities'
import { hasIdMap, LaunchPlan, type LauncherUsage } from '@runtimo/worker'
import type { Leaf } from '../control-groups/index.ts'
import { signalProcess } from '../linux/pidfd.ts'
import { isAlive, nameOf, type ProcessIdentity, readChildren, readStat } from '../processes/index.ts'
import { LeafMembership } from '../attribution/leaf-membership.ts'
import type { Membership } from '../attribution/membership.ts'
import { TreeMembership } from '../attribution/tree-membership.ts'
import { abandon } from '../termination/abandon.ts'
import { emptyTree } from '../termination/empty-tree.ts'
import { whenOver } from '../termination/when-over.ts'
import type { Marked } from '../termination/sweep.ts'
import { handOver } from '../view/hand-over.ts'
import { Placeholders } from '../view/placeholders.ts'
import type { BoundarySpec } from './boundary-spec.ts'
import { fingerprint } from './fingerprint.ts'
import type { IsolationHost } from './host.ts'
import { inTime } from './in-time.ts'
import { JobFolder } from './job-folder.ts'
import { jobPolicy, markName, type Program, sharesTmp } from './job-policy.ts'
import { caller } from './job-user.ts'
import { toStartError } from './launch-failure.ts'
import { type Exit, Launcher } from './launcher.ts'
import { checkConfinement, type NamespaceKind, readOwnNamespaces } from './posture.ts'
import { Worker } from './worker.ts'

/** So long may everybody take to be gone after the kill; who is left then hangs in the kernel. */
const patienceMs = 5000
/** So long may process 1 of a sandbox take to kill everybody itself, which keeps the account of what they used whole. */
const politeMs = 400
const lateLauncher = 'the launcher did not get ready within'

/**
 * The kernel objects that own every process of one job: a control group where there is one, a pid namespace
 * at level sandbox, a launcher that outlives them all and tells what they used.
 */
export class Boundary implements AsyncDisposable {
  readonly spec: BoundarySpec
  readonly launcher: Launcher
  readonly leaf: Leaf | undefined
  /** Process 1 of the namespace; at the other levels the job's own first process. */
  readonly first: ProcessIdentity
  /** Names of the processes of ours in it. */
  readonly own: ReadonlySet<string>
  readonly worker: Worker | undefined
  readonly membership: Membership
  /** A variable that all of its processes have which did not clear their environment. */
  readonly mark: Marked['mark'] = { name: markName, value: randomUUID() }
  readonly #host: IsolationHost
  readonly #namespaces: ReadonlySet<NamespaceKind>
  readonly #sources: string
  /** For temporary files, where the job has no /tmp of its own. */
  readonly #folder: JobFolder | undefined
  readonly #handed: AsyncDisposable[] = []
  #placeholders: Placeholders | undefined
  #starting: Promise<void> | undefined
  #killed: Promise<void> | undefined

  private constructor(
    spec: BoundarySpec,
    host: IsolationHost,
    launcher: Launcher,
    leaf: Leaf | undefined,
    sources: string,
  ) {
    this.spec = spec
    this.launcher = launcher
    this.leaf = leaf
    this.#host = host
    this.#sources = sources
    const { user } = spec.plan.launch
    this.#folder = sharesTmp(spec.plan) ? new JobFolder(user) : undefined
    const children = readChildren(launcher.identity.pid)
      .map((pid) => readStat(pid))
      .filter((stat) => stat !== undefined)
    // The guard of level process is forked before the job's process.
    const first = children.at(-1) ?? launcher.identity
    this.first = { pid: first.pid, startTime: first.startTime }
    const ours = spec.plan.launch.level === 'sandbox' ? children : children.slice(0, -1)
    this.own = new Set([launcher.identity, ...ours].map(nameOf))
    this.#namespaces = readOwnNamespaces(first.pid)
    this.membership =
      leaf === undefined ? new TreeMembership(launcher.identity) : new LeafMembership(() => leaf.pids())
    if (spec.worker === undefined || launcher.channel === undefined) return
    this.worker = new Worker(launcher.channel, launcher.ended, spec.worker)
  }

  /** Up to where it waits for its job; a worker is started, and waits for its code. @throws RuntimoError */
  static async prepare(spec: BoundarySpec, host: IsolationHost): Promise<Boundary> {
    try {
      await using acquired = new AsyncDisposableStack()
      const boundary = await Boundary.#launch(spec, host)
      acquired.use(boundary)
      if (spec.worker !== undefined) {
        await boundary.start(spec.worker)
        await boundary.worker?.ready(() => boundary.#findWorker())
      }
      acquired.move()
      return boundary
    } catch (error) {
      throw toStartError(error)
    }
  }

  static async #launch(spec: BoundarySpec, host: IsolationHost): Promise<Boundary> {
    const { launch } = spec.plan
    // Before they are mounted: who exchanges them meanwhile makes this one unfit, never the wrong one fit.
    const sources = fingerprint(spec)
    await using acquired = new AsyncDisposableStack()
    const leaf = await host.groups.create()
    if (leaf !== undefined) acquired.use(leaf)
    const launcher = await Launcher.start({
      executable: host.executable,
      plan: new LaunchPlan({ ...launch, joins: leaf?.joins ?? [], killSwitch: leaf?.killSwitch }),
      user: launch.user,
      hasStdin: spec.worker === undefined,
      hasChannel: spec.worker !== undefined,
      idMap: hasIdMap(launch) ? await host.idMap() : undefined,
    })
    acquired.use(launcher)
    await inTime(launcher.ready, lateLauncher)
    const boundary = new Boundary(spec, host, launcher, leaf, sources)
    acquired.move()
    return boundary
  }

  /** Its processes live, and what it is made of is still what is at those paths. */
  isFit(): boolean {
    const { worker, launcher } = this
    if (launcher.isOver || !isAlive(this.first) || worker?.isFit() === false) return false
    return this.#sources === fingerprint(this.spec)
  }

  /** Sets the job's process up, looks at it from outside, and lets it go. @throws LaunchError, RT_POSTURE_UNAVAILABLE */
  async start(program: Program): Promise<void> {
    this.#starting = this.#start(program)
    await this.#starting
  }

  async #start(program: Program): Promise<void> {
    const { protection, posture, launch, handedOver } = this.spec.plan
    for (const directory of handedOver) {
      this.#handed.push(await handOver(directory, caller(), launch.user))
    }
    // Where nothing may be written nothing need stand in: the lock is shared by all supervisors of this user.
    if (protection !== undefined && protection.placeholders.length + protection.forbidden.length > 0)
      this.#placeholders = await Placeholders.place(this.#host.placeholders, protection)
    const names = {
      mark: this.mark.value,
      folder: this.#folder?.path,
      frozen: this.#placeholders?.frozen ?? [],
    }
    this.launcher.prepare(jobPolicy(this.spec, program, names))
    await inTime(this.launcher.held, lateLauncher)
    checkConfinement(this.first.pid, posture, this.#namespaces, launch.keeps)
    this.launcher.go()
  }

  /** How the job's main process ended. */
  get ended(): Promise<Exit> {
    return this.launcher.ended
  }

  /** What everybody used, once nobody is left. */
  get usage(): Promise<LauncherUsage | undefined> {
    return this.launcher.exited
  }

  /** Kills everybody and resolves when nobody is left. @throws RT_SURVIVORS */
  kill(): Promise<void> {
    this.#killed ??= this.#kill()
    return this.#killed
  }

  /** Kills without waiting, for when this process is about to end. */
  abandon(): void {
    if (this.leaf !== undefined) this.leaf.abandon()
    else abandon(this.membership)
    signalProcess(this.launcher.identity, 'SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Who could not be killed was told when it was tried first; what we hold is let go all the same.
    await this.kill().catch(() => undefined)
    await this.#starting?.catch(() => undefined) // what it placed meanwhile is let go as well
    this.worker?.[Symbol.dispose]()
    this.launcher[Symbol.dispose]()
    await Promise.resolve(this.leaf?.[Symbol.asyncDispose]()).catch(() => undefined)
    await this.#placeholders?.[Symbol.asyncDispose]()
    for (const handed of this.#handed.splice(0)) await handed[Symbol.asyncDispose]()
    await this.#folder?.[Symbol.asyncDispose]()
  }

  /** The process that our own code runs in, before foreign code does. */
  #findWorker(): ProcessIdentity {
    if (this.spec.plan.launch.level === 'process') return this.first
    const children = readChildren(this.first.pid).map((pid) => readStat(pid))
    return children.find((stat) => stat !== undefined) ?? this.first
  }

  async #kill(): Promise<void> {
    const { leaf, launcher } = this
    const over = whenOver(this.first, 2 * patienceMs) // with process 1 its namespace ends: after a killed launcher
    const gone = Promise.all([launcher.exited, leaf?.whenEmpty(), over]).then(() => true)
    const isGone = (ms: number): Promise<boolean> => Promise.race([gone, sleep(ms, false, { ref: false })])
    if (this.spec.plan.launch.level === 'sandbox') {
      launcher.letGo()
      if (await isGone(politeMs)) return
      signalProcess(this.first, 'SIGKILL')
    }
    if (leaf !== undefined) await leaf.kill()
    else await emptyTree(launcher.identity, this.membership)
    if (await isGone(politeMs)) return
    // Stopped by a job that has its uid, or by a debugger: it has nobody to wait for.
    signalProcess(launcher.identity, 'SIGKILL')
    if (await isGone(patienceMs)) return
    const pids = leaf?.pids() ?? [this.first.pid]
    const message = `processes that could not be killed: ${pids.slice(0, 20).join(', ')}`
    throw new RuntimoError('RT_SURVIVORS', message, { pids: pids.slice(0, 100), count: pids.length })
  }
}
