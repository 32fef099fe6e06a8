import { flags } from '../flags.ts'
import type { LaunchUser } from '../policy.ts'
import type { Tape } from '../tape.ts'

/** Root becomes the job's user, for good. */
export function becomeUser(tape: Tape, { uid, gid, isDropped }: LaunchUser): void {
  if (!isDropped) return
  tape.call('setgroups', 0, 0).for("none of root's groups")
  tape.call('setresgid', gid, gid, gid).for("become the job's group")
  tape.call('setresuid', uid, uid, uid).for("become the job's user")
}

/**
 * The launcher ends with the supervisor. Only after the change of user, which clears the wish; whoever died before
 * it was made is found by the parent's pid.
 */
export function endWithSupervisor(tape: Tape, supervisorPid: number): void {
  tape.call('prctl', flags('PR_SET_PDEATHSIG'), flags('SIGKILL')).for('end with the supervisor')
  tape.call('getppid').for('the supervisor lives').must(supervisorPid)
}

/** 1: its files in /proc belong to its user, who may also trace it. 0: to root. */
export function setDumpable(tape: Tape, value: 0 | 1, purpose: string): void {
  tape.call('prctl', flags('PR_SET_DUMPABLE'), value, 0, 0, 0).for(purpose)
}
