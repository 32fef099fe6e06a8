import { markEnded } from '@runtimo/capabilities'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/**
 * What the job replaced may be forgotten from now on, when its time has come. If that cannot be written down, it is
 * kept for longer: the next recovery does it.
 */
export async function endBackups({ id, capability }: Job, { backups }: Services): Promise<void> {
  if (capability.kind !== 'function' || capability.source.kind !== 'builtin') return
  await markEnded(backups, id).catch(() => undefined)
}
