import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** Step 2. @throws RT_PRESSURE, RT_CANCELLED */
export async function guardPressure(job: Job, services: Services): Promise<void> {
  if (!services.isGuardOn) return
  const { waitForResourcesMs, onWait, signal } = job.options
  await services.guard.check({ waitMs: waitForResourcesMs, onWait, signal })
}
