import { flags } from '../flags.ts'
import type { CapabilityName } from '../policy.ts'
import type { Tape } from '../tape.ts'
import { Structure, words } from '../word.ts'

/** More than any kernel has yet. */
const capabilityCount = 63

const capabilities = { CAP_CHOWN: 0, CAP_DAC_OVERRIDE: 1, CAP_FOWNER: 3 } as const satisfies Record<
  CapabilityName,
  number
>

/** What no program that is started later can get, whatever its file says: all but these. */
export function emptyBoundingSet(tape: Tape, keeps: readonly CapabilityName[] = []): void {
  const kept = new Set<number>(keeps.map((name) => capabilities[name]))
  for (let capability = 0; capability < capabilityCount; capability++) {
    if (kept.has(capability)) continue
    tape
      .call('prctl', flags('PR_CAPBSET_DROP'), capability, 0, 0, 0)
      .for('no capability can come back')
      .when('EINVAL') // the kernel has fewer
  }
}

/** The same for whoever may not: no_new_privs does it, too. */
export function tryToEmptyBoundingSet(tape: Tape, keeps: readonly CapabilityName[] = []): void {
  const before = tape.calls.length
  emptyBoundingSet(tape, keeps)
  for (const call of tape.calls.slice(before)) call.orNot()
}

/** All but these, which the program that is started has, too, if it is root's: no_new_privs adds none. */
export function dropCapabilities(tape: Tape, keeps: readonly CapabilityName[] = []): void {
  tape
    .call('prctl', flags('PR_CAP_AMBIENT'), flags('PR_CAP_AMBIENT_CLEAR_ALL'), 0, 0, 0)
    .for('no capability is passed on')
  const header = new Structure('{_LINUX_CAPABILITY_VERSION_3, self}', words(0x20080522))
  const isNone = keeps.length === 0
  tape
    .call('capset', header, isNone ? new Structure('{none}', Buffer.alloc(24)) : setsOf(keeps))
    .for(isNone ? 'no capabilities' : 'no other capabilities')
}

/** Effective, permitted and inheritable, of the first 32; then the same of the others. */
function setsOf(keeps: readonly CapabilityName[]): Structure {
  const bits = keeps.reduce((sum, name) => sum | (1 << capabilities[name]), 0)
  const bytes = Buffer.alloc(24)
  for (const at of [0, 4, 8]) bytes.writeUInt32LE(bits, at)
  return new Structure(`{${keeps.join('|')}}`, bytes)
}

export function setNoNewPrivileges(tape: Tape): void {
  tape.call('prctl', flags('PR_SET_NO_NEW_PRIVS'), 1, 0, 0, 0).for('set-user-id programs do not work')
}
