import { failed } from '../call.ts'
import { failureCode, statusFd } from '../descriptors.ts'
import { last, lastBytes } from '../memory.ts'
import type { Tape } from '../tape.ts'

/** Where every record goes that fails. */
export function reportFailure(tape: Tape): void {
  tape.label(failed)
  tape.call('write', statusFd, last, lastBytes).orNot()
  tape.call('exit_group', failureCode)
}
