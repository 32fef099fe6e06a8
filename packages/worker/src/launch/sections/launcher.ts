import { failureCode, tapeFd } from '../descriptors.ts'
import { flags } from '../flags.ts'
import type { Tape } from '../tape.ts'
import type { Word } from '../word.ts'
import { allDescriptors } from './descriptors.ts'
import { Ending } from './ended.ts'
import type { Pair } from './pair.ts'
import { setDumpable } from './identity.ts'
import { reportUsage } from './usage.ts'

/** Descriptors of the waiting launcher, besides the status. */
export const pairFd = 0
export const ioFd = 1

/**
 * Forks pid 1 of the sandbox, which goes on at `init`. The launcher stays outside and keeps nothing of the job's:
 * it waits, says how the job ended and what it used, and ends in the same way.
 */
export function forkInit(tape: Tape, pair: Pair, io: Word, ending: Ending): void {
  const self = tape.variable('self')
  const init = tape.variable('pid 1')
  tape.call('getpid').into(self)
  tape.call('clone', flags('SIGCHLD')).into(init).for('fork pid 1').when(0, 'init')
  setDumpable(tape, 0, 'nobody traces the launcher, and its death by a signal leaves no core')
  keepOnly(tape, pair.launcher, io)
  tape
    .call('recvfrom', pairFd, ending.whole.pointer, Ending.bytes, flags('MSG_WAITALL'), 0, 0)
    .for('pid 1 says how the job ended')
    .when(Ending.bytes, 'ended')
    .onError('lost')
  tape.label('lost')
  tape.call('wait4', init, 0, 0, 0).for('everybody is gone').orNot()
  reportUsage(tape, ioFd, ending.tasks)
  tape.call('exit_group', failureCode)
  tape.label('ended')
  tape.call('wait4', init, 0, 0, 0).for('pid 1 is gone, and with it every process of the sandbox')
  ending.report(tape)
  reportUsage(tape, ioFd, ending.tasks)
  ending.repeat(tape, self)
}

/** Of the launcher's descriptors: its end of the pair, its counters and the status. */
export function keepOnly(tape: Tape, pair: Word, io: Word): void {
  tape.call('close_range', 0, 3, 0).for("the job's descriptors are the job's")
  tape.call('dup3', pair, pairFd, flags('O_CLOEXEC'))
  tape.call('dup3', io, ioFd, flags('O_CLOEXEC')).for('keep the counters, if there are any').orNot()
  tape.call('close_range', tapeFd, allDescriptors, 0)
}
