import { idMapFd, tapeFd } from '../descriptors.ts'
import { flags } from '../flags.ts'
import type { LaunchPolicy } from '../policy.ts'
import type { Tape } from '../tape.ts'

export const allDescriptors = 0xffffffff

/** The launcher keeps what it was given by number and nothing else; it leaves the supervisor's terminal. */
export function tidyUp(tape: Tape, isIdMapped: boolean): void {
  // Takes descriptor 3 when the job has none there, else a higher one that goes at once.
  tape
    .call('openat', flags('AT_FDCWD'), '/dev/null', flags('O_RDONLY', 'O_CLOEXEC'))
    .for("the launcher's own descriptors follow those that it was given")
  tape.call('close_range', (isIdMapped ? idMapFd : tapeFd) + 1, allDescriptors, 0).for('no other descriptors')
  tape.call('prctl', flags('PR_SET_NAME'), 'runtimo', 0, 0, 0).for('what ps and the job call us')
  tape.call('chdir', '/')
  tape.call('umask', 0)
  tape.call('setsid').for("signals of the supervisor's terminal are not for us").when('EPERM')
}

/** Whether the launcher is given `idMapFd`. */
export function hasIdMap({ mounts }: Pick<LaunchPolicy, 'mounts'>): boolean {
  return mounts.some(({ isIdMapped }) => isIdMapped)
}
