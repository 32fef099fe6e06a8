import { flags } from '../flags.ts'
import type { Tape } from '../tape.ts'
import type { Word } from '../word.ts'
import { compare, Ending } from './ended.ts'

/** Whoever loses its parent becomes the launcher's child. */
export function becomeSubreaper(tape: Tape): void {
  tape.call('prctl', flags('PR_SET_CHILD_SUBREAPER'), 1, 0, 0, 0).for('no process of the job gets away')
}

/** Reaps everybody; says at once how the job's first process ended; goes on until nobody is left. */
export function reapAll(tape: Tape, payload: Word, ending: Ending): void {
  const other = new Ending(tape)
  tape.label('reap')
  tape.call('waitid', flags('P_ALL'), 0, other.whole.pointer, flags('WEXITED', 'WNOWAIT'), 0)
  // Is it the one? It looks without reaping, so what it sees is complete.
  tape
    .call('waitid', flags('P_PID'), payload, ending.whole.pointer, flags('WEXITED', 'WNOWAIT', 'WNOHANG'), 0)
    .for('the job ended, or another')
  compare(tape, ending.code).else('the job ended')
  tape.call('wait4', other.pid, 0, 0, 0).else('reap')
  tape.label('the job ended')
  ending.report(tape)
  tape.label('reap the rest')
  tape.call('wait4', -1, 0, 0, 0).for('nobody is left').else('reap the rest').orNot()
}
