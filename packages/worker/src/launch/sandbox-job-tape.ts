import type { SandboxState } from './sandbox-base-tape.ts'
import { flags } from './flags.ts'
import { jobPlace } from './memory.ts'
import type { JobPolicy, LaunchPolicy } from './policy.ts'
import { coverPaths } from './sections/covers.ts'
import { reportFailure } from './sections/failure.ts'
import { filterCalls } from './sections/filter.ts'
import { setDumpable } from './sections/identity.ts'
import { waitForWord } from './sections/held.ts'
import { keepOnly, reapUntilEnd, reportEnd } from './sections/init.ts'
import { restrictPaths } from './sections/landlock.ts'
import { limitResources } from './sections/limits.ts'
import { becomePayload } from './sections/payload.ts'
import { dropCapabilities, emptyBoundingSet, setNoNewPrivileges } from './sections/privileges.ts'
import { protectRecords } from './sections/protect.ts'
import { Tape } from './tape.ts'

/** The launcher and pid 1 count among the processes of the user. */
const ownProcesses = 2

/** Pid 1 hides what the job must not see, gives up every right, and starts the job, which is bound alike. */
export function sandboxJob({ arch, landlockAbi }: LaunchPolicy, state: SandboxState, job: JobPolicy): Tape {
  const tape = new Tape(jobPlace, arch)
  protectRecords(tape, jobPlace)
  coverPaths(tape, state.emptyFile, job)
  emptyBoundingSet(tape)
  dropCapabilities(tape)
  setNoNewPrivileges(tape)
  if (job.landlock !== undefined) restrictPaths(tape, landlockAbi, job.landlock)
  if (job.hasFilter) filterCalls(tape, 'sandbox')
  // The job has the same user: it could write to the memory of pid 1 and forge its own end.
  setDumpable(tape, 0, 'nobody traces pid 1')
  waitForWord(tape)
  tape.call('clone', flags('SIGCHLD')).for('fork the job').when(0, 'job')
  keepOnly(tape, state)
  reapUntilEnd(tape, state)
  reportEnd(tape, state)
  tape.label('job')
  limitResources(tape, job.limits, ownProcesses)
  becomePayload(tape, job)
  reportFailure(tape)
  return tape
}
