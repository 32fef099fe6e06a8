import { statusFd } from '../descriptors.ts'
import { CLD_EXITED, endedFrame, tasksBytes } from '../frames.ts'
import type { Call } from '../call.ts'
import type { Tape } from '../tape.ts'
import { Structure, type Word, words } from '../word.ts'

const siginfoBytes = 128

/** How the job's first process ended, and how many tasks there were. */
export class Ending {
  static readonly bytes: number = siginfoBytes + tasksBytes
  readonly whole: Word
  readonly code: Word
  readonly pid: Word
  readonly status: Word
  readonly tasks: Word

  constructor(tape: Tape) {
    this.whole = tape.variable('info', Buffer.alloc(Ending.bytes))
    this.code = this.whole.at(8, 'info.si_code')
    this.pid = this.whole.at(16, 'info.si_pid')
    this.status = this.whole.at(24, 'info.si_status')
    this.tasks = this.whole.at(siginfoBytes, 'tasks')
  }

  report(tape: Tape): void {
    const frame = tape.vector(
      [new Structure('ENDED', words(endedFrame)), 8],
      [this.code, 4],
      [this.status, 4],
    )
    tape.call('writev', statusFd, frame, 3).orNot()
  }

  /** The launcher ends the way the job did. `self`: its pid. */
  repeat(tape: Tape, self: Word): void {
    compare(tape, this.code).when(CLD_EXITED, 'exited')
    tape.call('kill', self, this.status)
    tape.label('exited')
    tape.call('exit_group', this.status)
  }
}

/** A tape cannot compare words of memory, but the umask keeps what it is told, up to 511, as a result. */
export function compare(tape: Tape, word: Word): Call {
  tape.call('umask', word)
  return tape.call('umask', 0).for(`compare ${word.name}`)
}
