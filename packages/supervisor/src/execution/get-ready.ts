import { isRoot } from '../isolation/job-user.ts'
import type { Job } from './job.ts'
import type { Services } from './services.ts'

/** What a job is going to need begins at once, beside what else is to be done before; who needs it is told what fails. */
export function getReady({ capability }: Job, { threads, isolation, policy }: Services): void {
  const { kind, source } = capability
  if (kind === 'command') threads.warm()
  const isForeign = kind === 'command' || source.kind === 'file'
  const isMapped = isForeign && isRoot() && (policy.user ?? 'mapped') === 'mapped'
  isolation()
    .then(async (host) => (isMapped ? await host.idMap() : undefined))
    .catch(() => undefined)
}
