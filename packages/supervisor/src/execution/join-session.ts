import type { JobResult } from './result.ts'
import type { Services } from './services.ts'
import { toRuntimoError } from './to-runtimo-error.ts'

/** Writes the job into its session. One that is missing, closed or damaged fails no job: the result says so. */
export async function joinSession(result: JobResult, { sessions, tenant }: Services): Promise<JobResult> {
  const { sessionId, jobId } = result
  if (sessionId === undefined) return result
  try {
    await sessions.addJob(sessionId, jobId, tenant)
    return { ...result, session: { recorded: true } }
  } catch (error) {
    return { ...result, session: { recorded: false, error: toRuntimoError(error).toReport() } }
  }
}
