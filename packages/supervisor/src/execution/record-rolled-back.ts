import { isJsonObject, type Json } from '@runtimo/capabilities'
import type { Ending } from './ending.ts'
import type { Job } from './job.ts'
import { describeJob } from './record-start.ts'
import type { Services } from './services.ts'

/**
 * Writes down, for each job that this one has undone, what was put back. Nobody waits for it: it goes to the disk
 * with the record of the end, before that.
 */
export function recordRolledBack(job: Job, { outcome, output }: Ending, services: Services): void {
  const { name, source } = job.capability
  if (name !== 'Undo' || source.kind !== 'builtin' || outcome !== 'completed') return
  if (job.options.dryRun === true || !isJsonObject(output.data)) return
  const { undone, already_undone: isRepeated } = output.data
  if (!Array.isArray(undone) || isRepeated === true) return
  for (const { job_id: undoneJob = null, paths = [] } of undone.filter(isUndone)) {
    const written = services.wal.append({
      type: 'job_rolled_back',
      ...describeJob(job, services),
      job_id: undoneJob,
      undone_by: job.id,
      paths,
    })
    written.catch(() => undefined)
  }
}

function isUndone(value: Json): value is Json & Readonly<Record<string, Json>> {
  return isJsonObject(value)
}
