import { ProcessSnapshot } from '../processes/index.ts'
import { Telemetry } from '../telemetry/index.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** The machine at one moment: read anew for every call, never shared between before and after. */
export interface Capture {
  readonly telemetry: Telemetry
  readonly processes: ProcessSnapshot
}

/** Steps 1 and 8. Never fails a job: what cannot be read is absent. */
export async function capture(job: Job, services: Services): Promise<Capture> {
  const [telemetry, processes] = await Promise.all([
    Telemetry.capture({ workingDir: job.workingDir, cpu: services.guard.cpu }),
    ProcessSnapshot.capture(),
  ])
  return { telemetry, processes }
}
