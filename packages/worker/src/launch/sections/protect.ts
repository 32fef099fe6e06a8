import { flags } from '../flags.ts'
import type { Place } from '../memory.ts'
import type { Tape } from '../tape.ts'

/** The first record of a tape: nothing changes the records any more. */
export function protectRecords(tape: Tape, { records }: Place): void {
  tape.call('mprotect', records.address, records.size, flags('PROT_READ')).for('the tape is read-only')
}
