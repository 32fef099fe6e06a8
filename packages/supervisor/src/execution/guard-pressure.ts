import type { Capture } from './capture.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** Step 2: what is to count as before, read anew when there was a wait. @throws RT_PRESSURE, RT_CANCELLED */
export async function guardPressure(job: Job, before: Capture, services: Services): Promise<Capture> {
  if (!services.isGuardOn) return before
  const { waitForResourcesMs, onWait, signal } = job.options
  const hasWaited = await services.guard.check({ waitMs: waitForResourcesMs, onWait, signal })
  return hasWaited ? await services.captures.take(job.workingDir, services.runs.size) : before
}
