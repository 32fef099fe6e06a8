import { flags } from '../flags.ts'
import type { Tape } from '../tape.ts'
import { Structure, words } from '../word.ts'

/** More than any kernel has yet. */
const capabilityCount = 63

/** What no program that is started later can get, whatever its file says. */
export function emptyBoundingSet(tape: Tape): void {
  for (let capability = 0; capability < capabilityCount; capability++) {
    tape
      .call('prctl', flags('PR_CAPBSET_DROP'), capability, 0, 0, 0)
      .for('no capability can come back')
      .when('EINVAL') // the kernel has fewer
  }
}

/** The same for whoever may not: no_new_privs does it, too. */
export function tryToEmptyBoundingSet(tape: Tape): void {
  const before = tape.calls.length
  emptyBoundingSet(tape)
  for (const call of tape.calls.slice(before)) call.orNot()
}

export function dropCapabilities(tape: Tape): void {
  tape
    .call('prctl', flags('PR_CAP_AMBIENT'), flags('PR_CAP_AMBIENT_CLEAR_ALL'), 0, 0, 0)
    .for('no capability is passed on')
  const header = new Structure('{_LINUX_CAPABILITY_VERSION_3, self}', words(0x20080522))
  const none = new Structure('{none}', Buffer.alloc(24))
  tape.call('capset', header, none).for('no capabilities')
}

export function setNoNewPrivileges(tape: Tape): void {
  tape.call('prctl', flags('PR_SET_NO_NEW_PRIVS'), 1, 0, 0, 0).for('set-user-id programs do not work')
}
