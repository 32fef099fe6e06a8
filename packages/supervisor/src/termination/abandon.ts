import type { Membership } from '../attribution/membership.ts'
import { signalProcess } from '../linux/pidfd.ts'
import { StoppedProcesses } from './stopped-processes.ts'

/**
 * Kills all members without waiting, for when this process is about to end: all are stopped first, so that none
 * can fork meanwhile.
 */
export function abandon(membership: Membership): void {
  const stopped = new StoppedProcesses()
  for (let round = 0; round < 5; round++) {
    const before = stopped.size
    for (const process of membership.living((met) => stopped.add(met))) stopped.add(process)
    if (stopped.size === before) break
  }
  for (const process of stopped.all) signalProcess(process, 'SIGKILL')
}
