import { tapeFd } from '../descriptors.ts'
import { flags } from '../flags.ts'
import { tasksBytes } from '../frames.ts'
import type { Tape } from '../tape.ts'
import { Structure, type Word, words } from '../word.ts'
import { allDescriptors } from './descriptors.ts'
import { compare, Ending } from './ended.ts'

/** The first process after pid 1. */
const payloadPid = 2
const ownPid = 1

const POLLIN = 0x1
const POLLRDHUP = 0x2000
const signalSet = new Structure('{SIGCHLD}', words(1 << 16))
const signalSetBytes = 8
const signalfdSiginfoBytes = 128

/** Descriptors of pid 1 while it waits, besides the tape and the status. */
const childrenFd = 0
const launcherFd = 1
const lastPidFd = 2

/** What the base tape leaves for pid 1 to use at the end. */
export interface InitState {
  readonly ending: Ending
  /** Its end of the pair with the launcher. */
  readonly launcher: Word
  /** The file ns_last_pid, if the kernel has it. */
  readonly lastPid: Word
}

/** After the fork: pid 1 keeps nothing of the job's, and hears of children that ended. */
export function keepOnly(tape: Tape, { launcher, lastPid }: InitState): void {
  tape.call('close_range', 0, 3, 0).for("the job's descriptors are the job's")
  tape.call('rt_sigprocmask', flags('SIG_BLOCK'), signalSet, 0, signalSetBytes)
  tape
    .call('signalfd4', -1, signalSet, signalSetBytes, flags('SFD_NONBLOCK', 'SFD_CLOEXEC'))
    .for('hear of children that ended, at the lowest descriptor')
    .must(childrenFd)
  tape.call('dup3', launcher, launcherFd, flags('O_CLOEXEC'))
  tape.call('dup3', lastPid, lastPidFd, flags('O_CLOEXEC')).orNot()
  tape.call('close_range', tapeFd + 1, allDescriptors, 0)
}

/**
 * Pid 1 waits for whoever ends until the job's first process did. When the supervisor closes the tape first (or
 * its writing half), it kills everybody: who lets go of a sandbox is rid of it, and the usage of all is counted.
 * That of processes which the kernel kills because pid 1 died is not.
 */
export function reapUntilEnd(tape: Tape, { ending }: InitState): void {
  const polled = tape.variable('polled', pollfds([tapeFd, POLLRDHUP], [childrenFd, POLLIN]))
  const said = tape.variable('said', Buffer.alloc(signalfdSiginfoBytes))
  const atOnce = tape.variable('at once', words(0, 0)) // struct timespec
  tape.call('getpid').for('one may have ended before').when(ownPid, 'reap')
  tape.label('wait')
  tape.call('ppoll', polled.pointer, 2, 0, 0, 0).for('a child ended, or the tape was closed').orNot()
  tape
    .call('ppoll', polled.pointer, 1, atOnce.pointer, 0, 0)
    .for('the tape is open')
    .when(0, 'reap')
    .onError('give up')
  tape.label('give up')
  killAll(tape)
  tape.label('reap the killed')
  tape.call('waitid', flags('P_ALL'), 0, ending.whole.pointer, flags('WEXITED', 'WNOWAIT'), 0)
  tape
    .call('wait4', ending.pid, 0, 0, 0)
    .for('pid 2 is the job')
    .when(payloadPid, 'done')
    .else('reap the killed')
  tape.label('reap')
  tape.call('read', childrenFd, said.pointer, signalfdSiginfoBytes).orNot()
  tape.label('reap another')
  tape.call('waitid', flags('P_ALL'), 0, ending.whole.pointer, flags('WEXITED', 'WNOWAIT', 'WNOHANG'), 0)
  compare(tape, ending.code).when(0, 'wait')
  tape
    .call('wait4', ending.pid, 0, 0, 0)
    .for('pid 2 is the job')
    .when(payloadPid, 'done')
    .else('reap another')
  tape.label('done')
}

/** Then nobody is left; pid 1 tells the launcher and ends. */
export function reportEnd(tape: Tape, { ending }: InitState): void {
  killAll(tape)
  tape.label('reap the rest')
  tape.call('wait4', -1, 0, flags('__WALL'), 0).else('reap the rest').orNot()
  tape
    .call('pread64', lastPidFd, ending.tasks.pointer, tasksBytes - 1, 0)
    .for('count the tasks, where the kernel does')
    .orNot()
  tape.call('write', launcherFd, ending.whole.pointer, Ending.bytes).for('say how the job ended')
  tape.call('exit_group', 0)
}

function killAll(tape: Tape): void {
  tape.call('kill', -1, flags('SIGKILL')).for('nobody is left').when('ESRCH')
}

/** struct pollfd of each. */
function pollfds(...polled: readonly (readonly [fd: number, events: number])[]): Buffer {
  const bytes = Buffer.alloc(8 * polled.length)
  for (const [i, [fd, events]] of polled.entries()) {
    bytes.writeInt32LE(fd, 8 * i)
    bytes.writeInt16LE(events, 8 * i + 4)
  }
  return bytes
}
