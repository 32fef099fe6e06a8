import type { RuntimoError } from '@runtimo/capabilities'
import type { JobRun } from '../isolation/job-run.ts'
import type { Services } from './services.ts'
import { toRuntimoError } from './to-runtimo-error.ts'

/**
 * Before the machine is looked at again, nobody of the job is left. Never rejects: who could not be
 * killed comes as an error.
 */
export async function emptyBoundary(run: JobRun, services: Services): Promise<RuntimoError | undefined> {
  try {
    await run.empty()
    return undefined
  } catch (error) {
    return toRuntimoError(error)
  } finally {
    services.runs.delete(run)
  }
}
