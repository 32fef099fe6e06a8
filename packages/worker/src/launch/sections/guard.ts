import { flags } from '../flags.ts'
import type { Tape } from '../tape.ts'
import { type Word, words } from '../word.ts'
import { allDescriptors } from './descriptors.ts'
import { openFile } from './file.ts'
import type { Pair } from './pair.ts'

const pairFd = 0
const switchFd = 1

/**
 * Forks a process that only waits for the launcher to be gone and then kills the control group. Forked by root
 * before the change of user, no job can kill it. The launcher's waits for children do not see it: it ends without
 * a signal. Returns its pid.
 */
export function forkGuard(tape: Tape, pair: Pair, killSwitch: string): Word {
  const fd = openFile(tape, killSwitch, `guard the control group: open ${killSwitch}`)
  const guard = tape.variable('guard')
  const byte = tape.variable('byte', words(0))
  tape.call('clone', 0).into(guard).for('fork the guard').else('guarded')
  tape.call('close_range', 0, 3, 0)
  tape.call('dup3', pair.other, pairFd, flags('O_CLOEXEC'))
  tape.call('dup3', fd, switchFd, flags('O_CLOEXEC'))
  tape.call('close_range', switchFd + 1, allDescriptors, 0)
  tape.call('recvfrom', pairFd, byte.pointer, 1, 0, 0, 0).for('the launcher is gone').orNot()
  tape.call('write', switchFd, '1', 1).for('kill the control group').orNot()
  tape.call('exit_group', 0)
  tape.label('guarded')
  return guard
}

/** When the job is over: the guard sees its end of the pair close, too, and has nobody left to kill. */
export function dismissGuard(tape: Tape, launcherEnd: number, guard: Word): void {
  tape.call('close', launcherEnd)
  tape.call('wait4', guard, 0, flags('__WCLONE'), 0).for('the guard is gone').orNot()
}
