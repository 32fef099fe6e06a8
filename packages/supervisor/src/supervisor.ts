import { resolve } from 'node:path'
import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import { ulid } from 'ulid'
import { ForkEvents } from './attribution/fork-events/fork-events.ts'
import type { JobResult } from './execution/result.ts'
import { runJob } from './execution/run-job.ts'
import type { Services } from './execution/services.ts'
import { LlmoSafeGuard } from './guards/llmo-safe-guard.ts'
import { defaultMaxZombies } from './guards/zombies.ts'
import { CommandThreads } from './isolation/command-threads.ts'
import { warmLauncher } from './isolation/launch.ts'
import { ownIdentity } from './linux/identity.ts'
import { type RunOptions, runOptionCheck } from './options/run-options.ts'
import { type SupervisorOptions, supervisorOptionCheck } from './options/supervisor-options.ts'
import { enlist } from './process-wide.ts'
import { ManifestCheck } from './registry/manifest-check.ts'
import { CapabilityRegistry } from './registry/registry.ts'
import { defaultWalPath, WalWriter } from './wal/index.ts'

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
  #closed: Promise<void> | undefined

  /** @throws RT_INVALID_OPTION */
  constructor(options: SupervisorOptions = {}) {
    const { walPath, guards, attribution, tenant } = supervisorOptionCheck().check(options)
    this.#forkEvents =
      attribution === 'tree' ? Promise.resolve({ unavailable: 'not wanted' }) : ForkEvents.open()
    this.#services = {
      wal: new WalWriter(walPath === undefined ? defaultWalPath() : resolve(walPath)),
      guard: new LlmoSafeGuard({
        ...(guards?.cpuPercent === undefined ? {} : { cpuPercent: guards.cpuPercent }),
        ...(guards?.memoryPercent === undefined ? {} : { memoryPercent: guards.memoryPercent }),
      }),
      isGuardOn: guards?.pressure ?? true,
      maxZombies: guards?.maxZombies ?? defaultMaxZombies,
      threads: new CommandThreads(),
      manifests: new ManifestCheck(),
      forkEvents: () => this.#openForkEvents(attribution === 'exact'),
      runs: new Set(),
      owner: ownIdentity(),
      tenant: tenant ?? 'default',
    }
    const { runs } = this.#services
    this.#enlisted = enlist({
      abandon: () => runs.forEach(({ boundary }) => boundary?.abandon()),
      jobs: () => [...runs].flatMap(({ boundary }) => (boundary === undefined ? [] : [boundary.members])),
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
    if (this.#closed !== undefined) throw new RuntimoError('RT_CLOSED', 'the supervisor was closed')
    const checked = this.#options.check(options)
    const capability = this.capabilities.find(name, checked.from)
    warmLauncher()
    if (capability.kind === 'command') void this.#services.threads.warm()
    const controller = new AbortController()
    const signals = checked.signal === undefined ? [] : [checked.signal]
    const job = {
      id: ulid(),
      capability,
      args,
      options: { ...checked, signal: AbortSignal.any([controller.signal, ...signals]) },
      workingDir: resolve(checked.workingDir ?? process.cwd()),
      startedAt: Date.now(),
    }
    const running = runJob(job, this.#services)
    this.#running.set(running, controller)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  /** Cancels what still runs, records it, and lets go of everything. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #openForkEvents(isWanted: boolean): Promise<ForkEvents | undefined> {
    const events = await this.#forkEvents
    if (events instanceof ForkEvents) return events
    if (!isWanted) return undefined
    throw new RuntimoError(
      'RT_POSTURE_UNAVAILABLE',
      `exact attribution cannot be had: ${events.unavailable}`,
      {
        missing: [{ field: 'attribution', wanted: 'exact', cause: events.unavailable }],
      },
    )
  }

  async #close(): Promise<void> {
    for (const controller of this.#running.values()) controller.abort()
    await Promise.allSettled(this.#running.keys())
    const events = await this.#forkEvents
    if (events instanceof ForkEvents) await events[Symbol.asyncDispose]()
    await this.#services.threads[Symbol.asyncDispose]()
    await this.#services.wal[Symbol.asyncDispose]()
    this.#services.guard[Symbol.dispose]()
    this.#enlisted[Symbol.dispose]()
  }
}
