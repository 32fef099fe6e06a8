import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import process from 'node:process'
import { type ProcessIdentity, readStat } from '../processes/index.ts'
import { libc } from './libc.ts'

type Syscall = (number: number, a: number, b: number, c: number, d: number) => number
const syscall = libc.func('long syscall(long number, long a, long b, long c, long d)') as Syscall
/** The same numbers on x86-64 and arm64. */
const SYS_pidfd_send_signal = 424
const SYS_pidfd_open = 434

/**
 * Signals exactly this process: a pidfd is opened first, then the start time is compared, so that a pid
 * that was used again in between is never hit. False when the process is gone or not ours to signal.
 */
export function signalProcess(target: ProcessIdentity, signal: 'SIGKILL' | 'SIGSTOP'): boolean {
  const fd = syscall(SYS_pidfd_open, target.pid, 0, 0, 0)
  if (fd < 0) return signalByPid(target, signal)
  try {
    if (readStat(target.pid)?.startTime !== target.startTime) return false
    return syscall(SYS_pidfd_send_signal, fd, constants.signals[signal], 0, 0) === 0
  } finally {
    closeSync(fd)
  }
}

/** Kernels before 5.3, or filters without the call: the start time narrows the race but does not close it. */
function signalByPid(target: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (readStat(target.pid)?.startTime !== target.startTime) return false
  try {
    return process.kill(target.pid, signal)
  } catch {
    return false
  }
}
