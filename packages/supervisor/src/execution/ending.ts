import { cutMessage, type ErrorCode, RuntimoError } from '@runtimo/capabilities'
import type { Conclusion } from '../isolation/job-run.ts'
import type { Cut } from './deadline.ts'
import type { JobOutput, Outcome } from './result.ts'

/** How a job ended, and what it gave back. */
export interface Ending {
  readonly outcome: Outcome
  readonly output: JobOutput
  readonly error?: RuntimoError
}

/** What steps 6 and 7 came to: cut short, failed, or done. */
export interface Course {
  readonly cut?: Cut | undefined
  readonly error?: RuntimoError | undefined
  /** The deadline that was in force. */
  readonly timeoutMs: number
  readonly durationMs: number
}

/** Cut short beats failed, failed beats done: a job that dies because we killed it did not crash. */
export function toEnding({ cut, error, timeoutMs }: Course, { output, printed }: Conclusion): Ending {
  const cause = cut === undefined ? (error ?? failureOf(output)) : cutError(cut, timeoutMs)
  const base = output ?? { success: false, data: null }
  const message = cause === undefined ? base.message : cause.message
  return {
    outcome: outcomeOf(cut, cause),
    output: {
      success: cause === undefined,
      data: base.data,
      ...(message === undefined ? {} : { message: cutMessage(message) }),
      ...(printed === undefined ? {} : { printed }),
    },
    ...(cause === undefined ? {} : { error: cause }),
  }
}

function outcomeOf(cut: Cut | undefined, error: RuntimoError | undefined): Outcome {
  if (cut !== undefined) return cut
  return error === undefined ? 'completed' : (outcomes[error.code] ?? 'failed')
}

/** The codes that do not simply mean `failed`. */
const outcomes: Readonly<Partial<Record<ErrorCode, Outcome>>> = {
  RT_CRASHED: 'crashed',
  RT_PROTOCOL_VIOLATION: 'crashed',
  RT_LIMIT_EXCEEDED: 'limit_exceeded',
}

function cutError(cut: Cut, timeoutMs: number): RuntimoError {
  if (cut === 'cancelled') return new RuntimoError('RT_CANCELLED', 'cancelled by the caller')
  return new RuntimoError('RT_TIMED_OUT', `not done after ${timeoutMs} ms, killed`, {
    limit: 'wall_time',
    timeout_ms: timeoutMs,
  })
}

/** A capability that answers without success has failed, by its own word. */
function failureOf(output: Conclusion['output']): RuntimoError | undefined {
  if (output === undefined) return new RuntimoError('RT_INTERNAL', 'the job ended without an answer')
  if (output.success) return undefined
  return new RuntimoError('RT_CAPABILITY_FAILED', output.message ?? 'the capability reports no success')
}
