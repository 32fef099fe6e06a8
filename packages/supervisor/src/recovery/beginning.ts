import { pruneBackups } from '@runtimo/capabilities'
import type { Services } from '../execution/services.ts'
import type { SupervisorOptions } from '../options/supervisor-options.ts'
import { LifeLock } from './life-lock.ts'
import { ownOwner, type Owner } from './owner.ts'
import type { RecoveryPlan } from './plan.ts'
import { planOf, type Recovery, recover } from './recover.ts'
import { readUnfinished } from './unfinished.ts'

const day = 86_400_000
const defaultKeepDays = 30
const defaultMaxBytes = 1_073_741_824

/** What a supervisor does once, before its first job: it says that it lives, and ends what the dead left. */
export class Beginning implements AsyncDisposable {
  readonly #services: Services
  readonly #retention: SupervisorOptions['backups']
  #life: LifeLock | undefined
  #owner: Owner | undefined
  #done: Promise<Recovery> | undefined
  #pruned: Promise<void> | undefined

  constructor(services: Services, retention: SupervisorOptions['backups']) {
    this.#services = services
    this.#retention = retention
  }

  /** Undefined before it is done. */
  get owner(): Owner | undefined {
    return this.#owner
  }

  /** @throws RT_WAL_… */
  done(): Promise<Recovery> {
    this.#done ??= this.#begin()
    // What fails now may be mended before the next job.
    this.#done.catch(() => (this.#done = undefined))
    return this.#done
  }

  async plan(): Promise<RecoveryPlan> {
    const { wal } = this.#services
    return await planOf({ wal, unfinished: () => readUnfinished(wal.path) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#done?.catch(() => undefined)
    await this.#pruned
    this.#life?.[Symbol.dispose]()
  }

  async #begin(): Promise<Recovery> {
    const { wal, backups } = this.#services
    this.#life ??= await LifeLock.take(wal.path)
    this.#owner ??= ownOwner(this.#life.name)
    const recovery = await recover({
      wal,
      backups,
      owner: this.#owner,
      unfinished: () => readUnfinished(wal.path),
      // To open it is to remove them.
      removeStale: async () => void (await this.#services.isolation()),
    })
    this.#pruned ??= this.#prune()
    return recovery
  }

  /** Nobody waits for it: what cannot be removed now is removed at another start. */
  async #prune(): Promise<void> {
    const { keepDays = defaultKeepDays, maxBytes = defaultMaxBytes } = this.#retention ?? {}
    const options = { olderThanMs: keepDays * day, maxBytes, now: Date.now() }
    await pruneBackups(this.#services.backups, options).catch(() => undefined)
  }
}
