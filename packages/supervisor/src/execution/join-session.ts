import { isId } from '../sessions/names.ts'
import type { JobResult } from './result.ts'
import type { Services } from './services.ts'
import { toRuntimoError } from './to-runtimo-error.ts'

/** Records hold ids only. What no session has is kept as it was given: the result will tell of it. */
export async function sessionIdOf(
  idOrName: string,
  { sessions, tenant }: Pick<Services, 'sessions' | 'tenant'>,
): Promise<string> {
  if (isId(idOrName)) return idOrName
  return await sessions.show(idOrName, tenant).then(
    ({ id }) => id,
    () => idOrName,
  )
}

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
