import { realpath, stat } from 'node:fs/promises'
import { type Level, type Limits, type Manifest, RuntimoError } from '@runtimo/capabilities'
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
  { policy, defaults }: Pick<Services, 'policy'> & { readonly defaults: Limits },
): Promise<EffectivePermissions> {
  const { options } = job
  await requireDirectory(job.workingDir)
  const granted: HostPolicy = {
    read: [...(policy.read ?? []), ...(options.read ?? [])],
    write: options.write ?? policy.write ?? ['.'],
    env: policy.env ?? [],
    network: level === 'sandbox' ? 'none' : 'host',
    limits: { ...policy.limits, ...options.limits },
    // What the host leaves open is not open to foreign code.
    defaults,
    level,
  }
  return await intersect(manifest, granted, { base: job.workingDir, realpath: (path) => realpath(path) })
}

async function requireDirectory(workingDir: string): Promise<void> {
  const isDirectory = await stat(workingDir).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (isDirectory) return
  const message = `workingDir: expected a directory, got ${workingDir}`
  throw new RuntimoError('RT_INVALID_OPTION', message, {
    option: 'workingDir',
    expected: 'a directory',
    got: workingDir,
  })
}
