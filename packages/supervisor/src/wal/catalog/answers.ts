import type { WalDamage, WalEntry } from '../reader.ts'
import type { LoggedJob } from './job.ts'

export type RecordQuery = { readonly jobId: string } | { readonly sessionId: string }

export interface JobQuery {
  /** The newest so many. */
  readonly limit: number
  /** `running`: without an end. */
  readonly outcome?: string | undefined
}

export interface UnfinishedJob {
  readonly jobId: string
  /** Where its `job_started` is. */
  readonly file: string
  readonly offset: number
  /** All of its records, in their order. */
  readonly records: readonly WalEntry[]
}

/** What is asked of a log, with an index or without: the answers are the same. */
export interface LogAnswers {
  /** Started, and without an end; the oldest first. Not of the Rust original's history. */
  unfinished(): Promise<readonly UnfinishedJob[]>
  /** In their order, with all damage of the log: it may be of what was asked for. */
  records(query: RecordQuery): Promise<readonly (WalEntry | WalDamage)[]>
  /** The newest first. */
  jobs(query: JobQuery): Promise<readonly LoggedJob[]>
}

/** Undefined when the job has not started. */
export function toUnfinished(jobId: string, records: readonly WalEntry[]): UnfinishedJob | undefined {
  const start = records.find(({ record }) => record.type === 'job_started')
  return start === undefined ? undefined : { jobId, file: start.file, offset: start.offset, records }
}
