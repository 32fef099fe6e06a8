import { libc } from './libc.ts'

const P_ALL = 0
const WNOHANG = 1
const WEXITED = 4
const WNOWAIT = 0x0100_0000

const waitid = libc.func('int waitid(int kind, int id, void *info, int options)') as (
  kind: number,
  id: number,
  info: Int32Array,
  options: number,
) => number

/** siginfo_t */
const info = new Int32Array(32)

/** Whether any child of ours is dead and not yet waited for. It is left to whoever waits for it. */
export function hasEndedChild(): boolean {
  info[0] = 0 // stays so when there is none
  return waitid(P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT) === 0 && info[0] !== 0
}
