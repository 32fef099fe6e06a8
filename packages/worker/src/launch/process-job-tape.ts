import { jobPlace } from './memory.ts'
import type { JobPolicy, LaunchPolicy } from './policy.ts'
import { reportFailure } from './sections/failure.ts'
import { filterCalls } from './sections/filter.ts'
import { waitForWord } from './sections/held.ts'
import { restrictPaths } from './sections/landlock.ts'
import { limitResources } from './sections/limits.ts'
import { becomePayload } from './sections/payload.ts'
import { dropCapabilities, setNoNewPrivileges } from './sections/privileges.ts'
import { protectRecords } from './sections/protect.ts'
import { Tape } from './tape.ts'

/** The launcher's child gives up every right that its policy does not leave to it, and becomes the job. */
export function processJob(
  { arch, landlockAbi, user, keeps, killSwitch }: LaunchPolicy,
  job: JobPolicy,
): Tape {
  if (job.masks.length + job.frozen.length > 0) {
    throw new TypeError('at level process no path can be masked or frozen')
  }
  const tape = new Tape(jobPlace, arch)
  protectRecords(tape, jobPlace)
  dropCapabilities(tape, keeps)
  setNoNewPrivileges(tape)
  if (job.landlock !== undefined) restrictPaths(tape, landlockAbi, job.landlock)
  if (job.hasFilter) filterCalls(tape, 'process')
  waitForWord(tape)
  // The launcher counts among the processes of the user, and the guard that root did not make.
  limitResources(tape, job.limits, killSwitch !== undefined && !user.isDropped ? 2 : 1)
  becomePayload(tape, job)
  reportFailure(tape)
  return tape
}
