import { failureCode, statusFd, tapeFd } from '../descriptors.ts'
import { flags } from '../flags.ts'
import { heldFrame } from '../frames.ts'
import type { Tape } from '../tape.ts'
import { Structure, words } from '../word.ts'

/**
 * Every right is given up and nothing has begun: the supervisor looks at the process, then gives the word, a byte.
 * When the tape is closed instead, the process ends. Before the fork: later nobody reads from the tape.
 */
export function waitForWord(tape: Tape): void {
  const word = tape.variable('word')
  const held = new Structure('HELD', words(heldFrame))
  tape
    .call('write', statusFd, held, held.bytes.length)
    .for('say that every right is given up')
    .must(held.bytes.length)
  tape
    .call('recvfrom', tapeFd, word.pointer, 1, flags('MSG_WAITALL'), 0, 0)
    .for('the word of the supervisor')
    .when(1, 'the word')
  tape.call('exit_group', failureCode).for('the job is not wanted')
  tape.label('the word')
}
