import type { WalDamage, WalEntry } from '../reader.ts'
import {
  type JobQuery,
  type LogAnswers,
  type RecordQuery,
  toUnfinished,
  type UnfinishedJob,
} from './answers.ts'
import { fill } from './fill.ts'
import { FullAnswers } from './full-answers.ts'
import { type LoggedJob, toJob } from './job.ts'
import type { NameKind } from './known.ts'
import { lookUp } from './look-up.ts'
import { openStore } from './open-store.ts'
import type { CatalogStore } from './store.ts'

/** The index cannot tell: the log itself has to be read. */
const unknown = Symbol('unknown')

interface Asked {
  readonly store: CatalogStore
  readonly torn: WalDamage | undefined
  readonly isDamaged: boolean
}

/**
 * Finds records of a log without reading all of it, by an index beside it (`<log>.index`, 0600) that is brought up to
 * date first. It only says where to look: each record is read from the log and checked. Where the index and the log
 * differ it is made anew; where there can be none, and for what it does not know, the log is read from the beginning.
 */
export class LogIndex implements LogAnswers, Disposable {
  readonly path: string
  readonly #full: FullAnswers
  #store: CatalogStore | undefined

  private constructor(path: string, store: CatalogStore | undefined) {
    this.path = path
    this.#full = new FullAnswers(path)
    this.#store = store
  }

  /** @throws the system error, ENOENT where there is no log */
  static async open(path: string): Promise<LogIndex> {
    return new LogIndex(path, await openStore(path))
  }

  [Symbol.dispose](): void {
    this.#store?.[Symbol.dispose]()
    this.#store = undefined
  }

  /** False: there is no index, and all answers come from reading the log. */
  get isUsed(): boolean {
    return this.#store !== undefined
  }

  /** Reads what was appended since. Every question does so by itself. */
  async refresh(): Promise<void> {
    await this.#ask(() => Promise.resolve(null))
  }

  async unfinished(): Promise<readonly UnfinishedJob[]> {
    const answer = await this.#ask(async ({ store }) => {
      const found = store.unfinished()
      const entries = found === null ? undefined : await lookUp(this.path, 'job', found)
      if (entries === undefined) return undefined
      const jobs = [...entries].map(([jobId, records]) => toUnfinished(jobId, records))
      return jobs.every((job) => job !== undefined) ? jobs : undefined
    })
    return answer === unknown ? await this.#full.unfinished() : answer
  }

  async records(query: RecordQuery): Promise<readonly (WalEntry | WalDamage)[]> {
    const [kind, name]: [NameKind, string] =
      'jobId' in query ? ['job', query.jobId] : ['session', query.sessionId]
    const answer = await this.#ask(async ({ store, torn, isDamaged }) => {
      const found = isDamaged ? undefined : store.find(kind, name)
      if (found === undefined) return unknown
      const entries = found === null ? undefined : await lookUp(this.path, kind, [found])
      return entries === undefined
        ? undefined
        : [...(entries.get(name) ?? []), ...(torn === undefined ? [] : [torn])]
    })
    return answer === unknown ? await this.#full.records(query) : answer
  }

  async jobs(query: JobQuery): Promise<readonly LoggedJob[]> {
    const { limit, outcome } = query
    const answer = await this.#ask(async ({ store }) => {
      const found = store.jobs(limit, outcome)
      const entries = found === null ? undefined : await lookUp(this.path, 'job', found)
      return entries === undefined ? undefined : toJobs(entries, outcome)
    })
    return answer === unknown ? await this.#full.jobs(query) : answer
  }

  /** Asked again after a rotation came in between, then of an index made anew; `unknown` when all of that fails. */
  async #ask<Answer>(
    question: (asked: Asked) => Promise<Answer | undefined | typeof unknown>,
  ): Promise<Answer | typeof unknown> {
    for (const mend of ['nothing', 'nothing', 'index'] as const) {
      const store = this.#store
      if (store === undefined) return unknown
      try {
        if (mend === 'index') store.reset()
        const { torn } = await fill(store, this.path)
        const known = store.load()
        const isDamaged = known === undefined || known.isDamaged || known.chain.missing !== undefined
        const answer = await question({ store, torn, isDamaged })
        if (answer !== undefined) return answer
      } catch (error) {
        if (!isOfSqlite(error)) throw error
        if (isBusy(error)) return unknown
        // A file that SQLite cannot read is not worth mending.
        store[Symbol.dispose]()
        this.#store = await openStore(this.path, { anew: true })
      }
    }
    return unknown
  }
}

function toJobs(
  entries: ReadonlyMap<string, readonly WalEntry[]>,
  outcome: string | undefined,
): readonly LoggedJob[] | undefined {
  const jobs = [...entries].map(([jobId, records]) => toJob(jobId, records))
  const isRight = (job: LoggedJob | undefined): job is LoggedJob =>
    job !== undefined && (outcome === undefined || job.outcome === outcome)
  return jobs.every(isRight) ? jobs : undefined
}

function isOfSqlite(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR'
}

/** Others are adding to it, and for longer than we wait. */
function isBusy(error: Error): boolean {
  return 'errcode' in error && error.errcode === 5
}
