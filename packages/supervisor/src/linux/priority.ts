import { libc } from './libc.ts'

const SCHED_FIFO = 1

const schedSetscheduler = libc.func('int sched_setscheduler(int tid, int policy, const int32_t *param)') as (
  tid: number,
  policy: number,
  param: Int32Array,
) => number

/**
 * Lets a thread run as soon as it can, before all ordinary ones; the kernel leaves those 5 % of the time
 * whatever happens. False where we may not.
 */
export function runFirst(tid: number): boolean {
  return schedSetscheduler(tid, SCHED_FIFO, Int32Array.of(1)) === 0
}
