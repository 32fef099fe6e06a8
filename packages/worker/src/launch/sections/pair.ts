import { flags } from '../flags.ts'
import type { Tape } from '../tape.ts'
import { type Word, words } from '../word.ts'

/** A socket pair between the launcher and what it forks: each end tells by closing that its holder is gone. */
export interface Pair {
  readonly launcher: Word
  readonly other: Word
}

export function makePair(tape: Tape): Pair {
  const pair = tape.variable('pair', words(0, 0))
  tape.call('socketpair', flags('AF_UNIX'), flags('SOCK_STREAM', 'SOCK_CLOEXEC'), 0, pair.pointer)
  return { launcher: pair.at(0, 'pair.launcher'), other: pair.at(4, 'pair.other') }
}

/**
 * The process that was just forked ends with the launcher: by the signal when the launcher dies later, by the
 * answer of the pair (end of file instead of EAGAIN) when it died before.
 */
export function endWithLauncher(tape: Tape, { launcher, other }: Pair): void {
  tape.call('close', launcher)
  tape.call('prctl', flags('PR_SET_PDEATHSIG'), flags('SIGKILL')).for('end with the launcher')
  const byte = tape.variable('byte')
  tape
    .call('recvfrom', other, byte.pointer, 1, flags('MSG_DONTWAIT'), 0, 0)
    .for('the launcher lives')
    .must('EAGAIN')
}
