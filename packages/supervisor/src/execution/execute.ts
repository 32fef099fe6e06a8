import type { JobRun } from '../isolation/job-run.ts'
import type { Cut, Deadline } from './deadline.ts'

/** Step 7: until the job is done or cut short, whichever comes first. @throws RuntimoError */
export function execute(run: JobRun, deadline: Deadline): Promise<Cut | undefined> {
  return Promise.race([run.execute().then(() => undefined), deadline.cut])
}
