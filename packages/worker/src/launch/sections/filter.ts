import { seccompFilter } from '../seccomp/filter.ts'
import { flags } from '../flags.ts'
import type { LaunchPolicy } from '../policy.ts'
import type { Tape } from '../tape.ts'
import { Structure, words } from '../word.ts'

const instructionBytes = 8

/** For every thread of the job, since it has none yet. */
export function filterCalls(tape: Tape, level: LaunchPolicy['level']): void {
  const bytes = seccompFilter(tape.arch, level)
  const program = new Structure('{filter}', bytes)
  const count = bytes.length / instructionBytes
  const filter = new Structure(`{${count} instructions}`, words(count, tape.addressOf(program)))
  tape.call('seccomp', flags('SECCOMP_SET_MODE_FILTER'), 0, filter).for('the system call filter')
}
