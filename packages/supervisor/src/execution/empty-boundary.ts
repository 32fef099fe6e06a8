import type { RuntimoError } from '@runtimo/capabilities'
import type { Stay } from '../accounting/solo.ts'
import type { JobRun } from '../isolation/job-run.ts'
import type { Services } from './services.ts'
import { toRuntimoError } from './under-deadline.ts'

export interface Emptied {
  /** CPU time of what was reaped, where it can be told. */
  readonly reapedCpuMs: number | undefined
  /** Who could not be killed, as an error. */
  readonly error: RuntimoError | undefined
}

/** From here on the job is known to the supervisor, should the process end. */
export function enterBoundary(run: JobRun, services: Services): Stay {
  services.runs.add(run)
  return services.accounting.enter()
}

/** Before the machine is looked at again, nobody of the job is left. Never rejects. */
export async function emptyBoundary(run: JobRun, stay: Stay, services: Services): Promise<Emptied> {
  try {
    await run.boundary?.empty()
    return { reapedCpuMs: services.accounting.leave(stay), error: undefined }
  } catch (error) {
    return { reapedCpuMs: services.accounting.leave(stay), error: toRuntimoError(error) }
  } finally {
    services.runs.delete(run)
  }
}
