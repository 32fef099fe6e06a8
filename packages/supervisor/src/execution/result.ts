import type { ErrorReport, Output } from '@runtimo/capabilities'
import type { Usage } from '../accounting/index.ts'
import type { Method } from '../attribution/attribution.ts'
import type { SpawnedProcess } from '../attribution/spawned-process.ts'
import type { Posture } from '../isolation/posture.ts'
import type { PrintedOutput } from '../isolation/printed.ts'
import type { ProcessSummary } from '../processes/index.ts'
import type { Telemetry } from '../telemetry/index.ts'

/**
 * How a job ended. `rejected` and `interrupted` never come as a result: the first is thrown, the second
 * is written by recovery.
 */
export type Outcome =
  | 'completed'
  | 'failed'
  | 'rejected'
  | 'timed_out'
  | 'cancelled'
  | 'limit_exceeded'
  | 'crashed'
  | 'interrupted'

/** What a job gave back, and what a function's code printed meanwhile. */
export interface JobOutput extends Output {
  readonly printed?: PrintedOutput
}

/** Whether a job is in the list of its session. */
export interface Joined {
  readonly recorded: boolean
  /** Absent exactly when it is recorded. */
  readonly error?: ErrorReport
}

/** Everything that is known of one job, after its end is durable in the log. */
export interface JobResult {
  /** A ULID. */
  readonly jobId: string
  readonly capability: string
  readonly outcome: Outcome
  /** True exactly when `outcome` is `completed`. */
  readonly success: boolean
  readonly output: JobOutput
  /** Absent exactly when `outcome` is `completed`. */
  readonly error?: ErrorReport
  readonly telemetryBefore: Telemetry
  readonly telemetryAfter: Telemetry
  readonly processBefore: ProcessSummary
  readonly processAfter: ProcessSummary
  /** Processes that the job started, at most 1,000 of them; `usage.processes` counts all. */
  readonly spawned: readonly SpawnedProcess[]
  readonly attribution: Method
  /** Present when some processes may be missing from `spawned` and from the count. */
  readonly attributionLost?: true
  /** Absent when the job ended before anything was started for it. */
  readonly posture?: Posture
  readonly usage: Usage
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly durationMs: number
  readonly sessionId?: string
  /** Of a job that named one: whether the session has it. The job's own record says so all the same. */
  readonly session?: Joined
  /** Seq of the end record. */
  readonly walSeq: number
}
