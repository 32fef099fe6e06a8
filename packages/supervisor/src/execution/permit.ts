import { realpath } from 'node:fs/promises'
import type { Level, Manifest } from '@runtimo/capabilities'
import { type EffectivePermissions, type HostPolicy, intersect } from '../permissions/index.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/**
 * What a job may do: what the policy and the caller grant, and no more of it than its manifest asks for.
 * @throws RT_PERMISSION_DENIED naming the field that asks for more; RT_INVALID_OPTION
 */
export async function permit(
  job: Job,
  level: Level,
  manifest: Pick<Manifest, 'level' | 'permissions'>,
  { policy }: Services,
): Promise<EffectivePermissions> {
  const { options } = job
  const granted: HostPolicy = {
    read: [...(policy.read ?? []), ...(options.read ?? [])],
    write: options.write ?? policy.write ?? ['.'],
    env: policy.env ?? [],
    network: level === 'sandbox' ? 'none' : 'host',
    limits: { ...policy.limits, ...options.limits },
    level,
  }
  return await intersect(manifest, granted, { base: job.workingDir, realpath: (path) => realpath(path) })
}
