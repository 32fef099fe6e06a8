import { resolve } from 'node:path'
import type { FileAccess, RuntimoError } from '@runtimo/capabilities'
import { refusal } from '../isolation/requirement.ts'
import type { CapabilityEntry } from '../registry/registry.ts'
import { fixedState } from './state-paths.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** Where anybody may put files. */
const shared = ['/tmp', '/var/tmp']

/** What a file capability of ours may touch for this job. */
export function fileAccess(job: Job, services: Services): FileAccess {
  const { roots, deny } = services.files
  const absolute = (paths: readonly string[]): string[] => paths.map((path) => resolve(job.workingDir, path))
  return {
    roots: [job.workingDir, ...shared, ...absolute(roots)],
    deny: absolute(deny),
    // And what the log will have beside it: whoever made an ended segment would forge the past.
    state: [...fixedState(services), `${services.wal.path}.*`],
    backups: services.backups,
    tenant: services.tenant,
    sessionId: job.options.sessionId ?? null,
  }
}

const changing: ReadonlySet<string> = new Set(['FileWrite', 'Undo'])

/** Whether a capability of ours keeps what it replaces, so that it can be undone. */
export function keepsBackups({ name }: CapabilityEntry): boolean {
  return changing.has(name)
}

/** In a sandbox of its own what it kept would be gone with it. */
export function noBackups(name: string): RuntimoError {
  const cause = `${name} keeps what it replaces outside of every job's view, and would lose it in a sandbox`
  return refusal([
    { field: 'level', wanted: 'sandbox', cause, cure: 'run it at level process, as by default' },
  ])
}
