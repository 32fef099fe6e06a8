import { libc } from './libc.ts'

const PR_SET_CHILD_SUBREAPER = 36
const WNOHANG = 1

const prctl = libc.func('int prctl(int option, ulong a, ulong b, ulong c, ulong d)') as (
  option: number,
  a: number,
  b: number,
  c: number,
  d: number,
) => number
const waitpid = libc.func('int waitpid(int pid, void *status, int options)') as (
  pid: number,
  status: null,
  options: number,
) => number

/**
 * While it is one, orphans below this process become its children, not those of process 1, which in many
 * a container reaps nobody.
 */
export function setSubreaper(isOne: boolean): void {
  prctl(PR_SET_CHILD_SUBREAPER, isOne ? 1 : 0, 0, 0, 0)
}

/** Reaps one adopted child that has ended. Never for a child that Node started: Node waits for that itself. */
export function reapAdopted(pid: number): void {
  waitpid(pid, null, WNOHANG)
}
