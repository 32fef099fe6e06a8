import type { Context } from '@runtimo/capabilities'
import { CommandRun } from '../isolation/command-run.ts'
import { FunctionRun } from '../isolation/function-run.ts'
import type { JobRun } from '../isolation/job-run.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** What will hold the job. Nothing is started yet. */
export async function openRun(job: Job, services: Services): Promise<JobRun> {
  const { name, kind, source } = job.capability
  const context: Context = { jobId: job.id, dryRun: job.options.dryRun ?? false, workingDir: job.workingDir }
  const onOutput = job.options.onOutput ?? (() => undefined)
  const shared = { name, context, onOutput, events: await services.forkEvents() }
  if (kind === 'command') return new CommandRun({ ...shared, threads: services.threads })
  const level = job.options.level ?? 'process'
  return new FunctionRun({
    ...shared,
    level,
    source,
    checkManifest: (manifest) => services.manifests.check(manifest, { name, level }),
  })
}
