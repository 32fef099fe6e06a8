import { resolve } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { RuntimoError } from '@runtimo/capabilities'
import { ulid } from 'ulid'
import { ForkEvents } from './attribution/fork-events/fork-events.ts'
import { Beginning } from './recovery/beginning.ts'
import type { RecoveryPlan } from './recovery/plan.ts'
import type { Recovery } from './recovery/recover.ts'
import { explain, type Explanation } from './execution/explain.ts'
import { getReady } from './execution/get-ready.ts'
import type { Job } from './execution/job.ts'
import type { JobResult } from './execution/result.ts'
import { runJob } from './execution/run-job.ts'
import { makeServices } from './execution/make-services.ts'
import type { Services } from './execution/services.ts'
import { IsolationHost } from './isolation/host.ts'
import { refusal } from './isolation/requirement.ts'
import { warmLauncher } from './isolation/launcher.ts'
import { defaultQueueTimeoutMs, type RunOptions, runOptionCheck } from './options/run-options.ts'
import { type SupervisorOptions, supervisorOptionCheck } from './options/supervisor-options.ts'
import { enlist } from './process-wide.ts'
import { CapabilityRegistry } from './registry/registry.ts'
import { Gate } from './pools/gate.ts'
import { defaultDirectory } from './wal/location.ts'

const defaultConcurrentJobs = 64
const defaultDrainMs = 1000

/**
 * Runs capabilities: watched, guarded, killed at their deadline, recorded.
 *
 * @example
 * await using supervisor = new Supervisor()
 * const result = await supervisor.run('ShellExec', { cmd: 'make test' })
 */
export class Supervisor implements AsyncDisposable {
  readonly capabilities: CapabilityRegistry = new CapabilityRegistry()
  readonly #services: Services
  readonly #options = runOptionCheck()
  readonly #running = new Map<Promise<JobResult>, AbortController>()
  readonly #forkEvents: Promise<ForkEvents | { readonly unavailable: string }>
  readonly #enlisted: Disposable
  readonly #gate: Gate
  readonly #beginning: Beginning
  #isolation: Promise<IsolationHost> | undefined
  #closed: Promise<void> | undefined

  /** @throws RT_INVALID_OPTION */
  constructor(options: SupervisorOptions = {}) {
    requireOwnDirectory()
    const checked = supervisorOptionCheck().check(options)
    const { attribution, maxConcurrentJobs } = checked
    this.#forkEvents =
      attribution === 'sampled' || attribution === 'tree'
        ? Promise.resolve({ unavailable: 'not wanted' })
        : ForkEvents.open()
    this.#gate = new Gate(maxConcurrentJobs ?? defaultConcurrentJobs)
    this.#services = makeServices(checked, {
      isolation: () => this.#openIsolation(),
      forkEvents: () => this.#openForkEvents(attribution === 'exact'),
      owner: () => this.#beginning.owner,
    })
    this.#beginning = new Beginning(this.#services, checked.backups)
    const { runs } = this.#services
    this.#enlisted = enlist({
      abandon: () => runs.forEach(({ custody }) => custody?.abandon()),
      jobs: () => [...runs].flatMap(({ custody }) => (custody === undefined ? [] : [custody.members])),
    })
  }

  /** The log's file. */
  get walPath(): string {
    return this.#services.wal.path
  }

  /**
   * Runs one job through all ten steps and resolves when its end is durable in the log, whatever became of it.
   * @throws RT_PRESSURE, RT_ZOMBIES, RT_ARGS_…, RT_UNKNOWN_CAPABILITY, RT_INVALID_OPTION, RT_WAL_…, RT_CANCELLED, RT_CLOSED:
   *   then nothing was run, unless it is the end that could not be recorded
   */
  async run(name: string, args: unknown, options: RunOptions = {}): Promise<JobResult> {
    const controller = new AbortController()
    this.#refuseClosed()
    warmLauncher()
    const running = this.#queued(this.#toJob(name, args, options, controller.signal))
    this.#running.set(running, controller)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  /**
   * Says what would hold a job and what would be started, down to each system call. Nothing is started.
   * @throws RT_INVALID_ARGS, RT_INVALID_OPTION, RT_UNKNOWN_CAPABILITY, RT_POSTURE_UNAVAILABLE, RT_CLOSED
   */
  async explain(name: string, args: unknown, options: RunOptions = {}): Promise<Explanation> {
    this.#refuseClosed()
    using _ = keepAwake()
    return await explain(await this.#toJob(name, args, options), this.#services)
  }

  /**
   * Undoes what a job of this tenant changed by FileWrite or Undo; a job like any other, which can be undone as well.
   * @throws as `run`
   */
  async undo(jobId: string, options: RunOptions = {}): Promise<JobResult> {
    return await this.run('Undo', { job_id: jobId }, options)
  }

  /**
   * Ends what dead supervisors left in the log; the first job does so, too, before it begins.
   * @throws RT_WAL_…
   */
  async recover(): Promise<Recovery> {
    this.#refuseClosed()
    return await this.#beginning.done()
  }

  /** What `recover` would do. Nothing is done. @throws RT_WAL_… */
  async planRecovery(): Promise<RecoveryPlan> {
    this.#refuseClosed()
    return await this.#beginning.plan()
  }

  /**
   * Takes no more jobs, lets those that run end for `drainMs` (1,000 unless told), then cancels the rest, records
   * it, and lets go of everything.
   */
  close({ drainMs = defaultDrainMs }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#close(drainMs)
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #refuseClosed(): void {
    if (this.#closed !== undefined) throw new RuntimoError('RT_CLOSED', 'the supervisor was closed')
  }

  async #toJob(
    name: string,
    args: unknown,
    options: RunOptions,
    ...own: readonly AbortSignal[]
  ): Promise<Job> {
    const checked = this.#options.check(options)
    const signals = checked.signal === undefined ? [...own] : [...own, checked.signal]
    const capability = await this.capabilities.open(name, checked.from)
    const { sessionId: given } = checked
    const session = given === undefined ? {} : { sessionId: await this.#sessionIdOf(given) }
    return {
      id: ulid(),
      capability,
      args,
      options: { ...checked, ...session, signal: AbortSignal.any(signals) },
      workingDir: resolve(checked.workingDir ?? process.cwd()),
      startedAt: Date.now(),
    }
  }

  /** What no session has is kept as it was given: the result will tell of it. */
  async #sessionIdOf(given: string): Promise<string> {
    const { sessions, tenant } = this.#services
    return await sessions.idOf(given, tenant).catch(() => given)
  }

  async #queued(asked: Promise<Job>): Promise<JobResult> {
    using held = new DisposableStack()
    held.use(keepAwake())
    const job = await asked
    getReady(job, this.#services)
    await job.capability.code?.verify()
    const { queueTimeoutMs = defaultQueueTimeoutMs, signal } = job.options
    held.use(await this.#gate.enter(queueTimeoutMs, signal))
    await this.#beginning.done()
    return await runJob(job, this.#services)
  }

  #openIsolation(): Promise<IsolationHost> {
    this.#isolation ??= IsolationHost.open(defaultDirectory())
    // What is missing now may be there for the next job.
    this.#isolation.catch(() => (this.#isolation = undefined))
    return this.#isolation
  }

  async #openForkEvents(isWanted: boolean): Promise<ForkEvents | undefined> {
    const events = await this.#forkEvents
    if (events instanceof ForkEvents) return events
    if (!isWanted) return undefined
    const cure = 'run as root in the initial namespaces of the machine, or ask for `sampled` or `auto`'
    throw refusal([{ field: 'attribution', wanted: 'exact', cause: events.unavailable, cure }])
  }

  async #close(drainMs: number): Promise<void> {
    using _ = keepAwake()
    const drained = Promise.allSettled(this.#running.keys())
    await Promise.race([drained, sleep(drainMs, undefined, { ref: false })])
    for (const controller of this.#running.values()) controller.abort()
    await Promise.allSettled(this.#running.keys())
    // In this order from the last to the first, whatever one of them throws.
    await using held = new AsyncDisposableStack()
    held.use(this.#enlisted)
    held.use(this.#services.guard)
    held.use(this.#services.wal)
    held.use(this.#beginning)
    const isolation = await this.#isolation?.catch(() => undefined)
    const events = await this.#forkEvents
    const threads = [this.#services.threads, isolation, events instanceof ForkEvents ? events : undefined]
    held.defer(async () => await endTogether(threads))
    held.use(this.#services.workers)
    held.use(this.#services.boundaries)
  }
}

/** Threads and children of ours do not keep Node from ending: somebody who waits for them must. */
function keepAwake(): Disposable {
  const timer = setInterval(() => undefined, 2 ** 30)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** To end a thread takes milliseconds, in which another can end as well. */
async function endTogether(all: readonly (AsyncDisposable | undefined)[]): Promise<void> {
  const ended = await Promise.allSettled(all.map(async (one) => await one?.[Symbol.asyncDispose]()))
  const failed = ended.filter((end) => end.status === 'rejected').map(({ reason }): unknown => reason)
  if (failed.length > 0) throw failed.length === 1 ? failed[0] : new AggregateError(failed)
}

/** Threads and children begin in it. @throws RT_INVALID_OPTION */
function requireOwnDirectory(): void {
  try {
    process.cwd()
  } catch (error) {
    const message = 'our own working directory is gone: change to one that is there'
    throw new RuntimoError('RT_INVALID_OPTION', message, { option: 'cwd' }, { cause: error })
  }
}
