import type { Context, Manifest } from '@runtimo/capabilities'
import { CommandRun } from '../isolation/command-run.ts'
import { FunctionRun } from '../isolation/function-run.ts'
import type { JobRun } from '../isolation/job-run.ts'
import { keyOf } from '../isolation/boundary-spec.ts'
import { describeBoundary } from './describe-boundary.ts'
import { fileAccess } from './file-access.ts'
import type { Hold } from '../isolation/hold.ts'
import { hold, type NamedHold } from './hold.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** What will hold the job is put on its way. Nothing of the job is in it before its start is recorded. */
export async function openRun(job: Job, services: Services): Promise<JobRun> {
  const { name, kind, source, code } = job.capability
  const context: Context = { jobId: job.id, dryRun: job.options.dryRun ?? false, workingDir: job.workingDir }
  const known = code === undefined ? undefined : services.manifestCache.find(code.integrity)
  if (kind === 'command') {
    const spec = await describeBoundary(job, services)
    const held = context.dryRun ? undefined : await hold(spec, job, services)
    return new CommandRun({ name, context, threads: services.threads, hold: held })
  }
  const first = await hold(await describeBoundary(job, services, known), job, services, known)
  return new FunctionRun({
    source,
    context,
    ...(source.kind === 'builtin' ? { access: fileAccess(job, services) } : {}),
    hold: first,
    settle: async (described) => {
      const manifest = (await services.manifests()).check(described, { name })
      return await settle(job, services, manifest, first)
    },
  })
}

/**
 * The manifest is known now. Undefined: what holds the job is what it is to have; else that which grants no
 * more than the manifest asks for. @throws RT_PERMISSION_DENIED, RT_CAPABILITY_CHANGED
 */
async function settle(
  job: Job,
  services: Services,
  manifest: Manifest,
  first: NamedHold,
): Promise<Hold | undefined> {
  const { code } = job.capability
  if (code === undefined) return undefined
  await code.verify()
  const isKnown = services.manifestCache.find(code.integrity) !== undefined
  services.manifestCache.agree(code.integrity, manifest)
  if (isKnown || (manifest.permissions === undefined && manifest.level === undefined)) return undefined
  const spec = await describeBoundary(job, services, manifest)
  return keyOf(spec) === first.key ? undefined : await hold(spec, job, services, manifest)
}
