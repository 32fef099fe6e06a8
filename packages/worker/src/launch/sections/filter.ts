import { seccompFilter } from '../seccomp/filter.ts'
import { instructionBytes } from '../seccomp/program.ts'
import { flags } from '../flags.ts'
import type { Arch, LaunchPolicy } from '../policy.ts'
import type { Tape } from '../tape.ts'
import { Structure, words } from '../word.ts'

/** By architecture and level: to compile a filter takes longer than all the rest of a job's tape. */
const programs = new Map<string, Structure>()

/** For every thread of the job, since it has none yet. */
export function filterCalls(tape: Tape, level: LaunchPolicy['level']): void {
  const program = programFor(tape.arch, level)
  const count = program.bytes.length / instructionBytes
  const filter = new Structure(`{${count} instructions}`, words(count, tape.addressOf(program)))
  tape.call('seccomp', flags('SECCOMP_SET_MODE_FILTER'), 0, filter).for('the system call filter')
}

/** Tapes share it: they copy its bytes and never write to them. */
function programFor(arch: Arch, level: LaunchPolicy['level']): Structure {
  const key = `${arch} ${level}`
  const known = programs.get(key)
  if (known !== undefined) return known
  const program = new Structure('{filter}', seccompFilter(arch, level))
  programs.set(key, program)
  return program
}
