import { RuntimoError } from '@runtimo/capabilities'

export function unavailable(session: string, reason: string, cause?: unknown): RuntimoError {
  const message = `session ${session}: ${reason}`
  return new RuntimoError('RT_SESSION_UNAVAILABLE', message, { session }, { cause })
}

/** Rejects with RT_SESSION_UNAVAILABLE when the log of a session, or its directory, cannot be had. */
export async function orUnavailable<T>(session: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw unavailable(session, error instanceof Error ? error.message : String(error), error)
  }
}
