import { type WalDamage, type WalEntry, WalReader } from '../reader.ts'
import {
  type JobQuery,
  type LogAnswers,
  type RecordQuery,
  toUnfinished,
  type UnfinishedJob,
} from './answers.ts'
import { isJobEnd } from '../record.ts'
import { isOfCourse, type LoggedJob, outcomeOf, running, textOf, toJob } from './job.ts'

interface Seen {
  readonly jobId: string
  readonly order: number
  readonly entries: WalEntry[]
}

/** Answers by reading the whole log: in the memory of what is answered, and of the jobs that are not ended. */
export class FullAnswers implements LogAnswers {
  readonly #reader: WalReader

  constructor(path: string) {
    this.#reader = new WalReader(path)
  }

  async unfinished(): Promise<readonly UnfinishedJob[]> {
    const open = new Map<string, WalEntry[]>()
    for await (const { entry, jobId } of this.#ofJobs()) {
      if (!entry.verified) continue
      if (isJobEnd(entry.record)) open.delete(jobId)
      else if (open.has(jobId) || isOfCourse(entry.record))
        open.set(jobId, [...(open.get(jobId) ?? []), entry])
    }
    return [...open].flatMap(([jobId, entries]) => toUnfinished(jobId, entries) ?? [])
  }

  async records(query: RecordQuery): Promise<readonly (WalEntry | WalDamage)[]> {
    const found: (WalEntry | WalDamage)[] = []
    for await (const batch of this.#reader.batches())
      found.push(...batch.filter((entry) => !entry.ok || isAskedFor(entry, query)))
    return found
  }

  async jobs({ limit, outcome }: JobQuery): Promise<readonly LoggedJob[]> {
    const open = new Map<string, Seen>()
    const chosen: Seen[] = []
    let order = 0
    for await (const { entry, jobId } of this.#ofJobs()) {
      if (!isOfCourse(entry.record)) continue
      order += 1
      const seen = open.get(jobId) ?? { jobId, order, entries: [] }
      open.set(jobId, seen)
      seen.entries.push(entry)
      if (!isJobEnd(entry.record)) continue
      open.delete(jobId)
      if (outcome !== undefined && outcomeOf(entry.record) !== outcome) continue
      chosen.push(seen)
      if (chosen.length > 2 * limit + 1000) keepNewest(chosen, limit)
    }
    if (outcome === undefined || outcome === running) chosen.push(...open.values())
    keepNewest(chosen, limit)
    return chosen.flatMap(({ jobId, entries }) => toJob(jobId, entries) ?? []).toReversed()
  }

  async *#ofJobs(): AsyncGenerator<{ readonly entry: WalEntry; readonly jobId: string }, void> {
    for await (const batch of this.#reader.batches()) {
      for (const entry of batch) {
        const jobId = entry.ok ? textOf(entry.record, 'job_id') : null
        if (entry.ok && jobId !== null) yield { entry, jobId }
      }
    }
  }
}

function isAskedFor({ record }: WalEntry, query: RecordQuery): boolean {
  return 'jobId' in query ? record['job_id'] === query.jobId : record['session_id'] === query.sessionId
}

function keepNewest(jobs: Seen[], limit: number): void {
  jobs.sort((a, b) => a.order - b.order)
  jobs.splice(0, Math.max(0, jobs.length - limit))
}
