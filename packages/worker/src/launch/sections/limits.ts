import { type FlagName, flags } from '../flags.ts'
import type { ResourceLimits } from '../policy.ts'
import type { Tape } from '../tape.ts'
import { Structure, words } from '../word.ts'

/** `own`: how many processes of ours count among those of the job's user. */
export function limitResources(tape: Tape, limits: ResourceLimits, own: number): void {
  const { processes, descriptors, fileSizeBytes, cpuSeconds } = limits
  limit(tape, 'RLIMIT_CORE', 0)
  limit(tape, 'RLIMIT_NPROC', processes === undefined ? undefined : processes + own)
  limit(tape, 'RLIMIT_NOFILE', descriptors)
  limit(tape, 'RLIMIT_FSIZE', fileSizeBytes)
  limit(tape, 'RLIMIT_CPU', cpuSeconds)
}

function limit(tape: Tape, name: FlagName, value: number | undefined): void {
  if (value === undefined) return
  const both = new Structure(`{${value}, ${value}}`, words(value, value))
  // EPERM: the limit that is in force is lower.
  tape.call('prlimit64', 0, flags(name), both, 0).for(`limit ${name}`).when('EPERM')
}
