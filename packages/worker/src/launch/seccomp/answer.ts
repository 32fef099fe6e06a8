/** What becomes of a system call. `kill`: of the whole process, by SIGSYS. */
export type Answer = 'allow' | 'EPERM' | 'ENOSYS' | 'kill'

const SECCOMP_RET_KILL_PROCESS = 0x80000000
const SECCOMP_RET_ERRNO = 0x00050000
const SECCOMP_RET_ALLOW = 0x7fff0000

/** As a filter says it to the kernel. */
export const returnValues: Readonly<Record<Answer, number>> = {
  allow: SECCOMP_RET_ALLOW,
  EPERM: SECCOMP_RET_ERRNO + 1,
  ENOSYS: SECCOMP_RET_ERRNO + 38,
  kill: SECCOMP_RET_KILL_PROCESS,
}
