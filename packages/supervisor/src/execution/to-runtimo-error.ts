import { RuntimoError } from '@runtimo/capabilities'

/** What is thrown and is not ours is a defect of ours. */
export function toRuntimoError(error: unknown): RuntimoError {
  if (error instanceof RuntimoError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new RuntimoError('RT_INTERNAL', message, {}, { cause: error })
}
