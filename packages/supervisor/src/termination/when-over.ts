import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from '../processes/index.ts'

/** Resolves when a process has ended, reaped or not; or, should it not end, after so long. */
export async function whenOver(process: ProcessIdentity, patienceMs: number): Promise<void> {
  const giveUp = performance.now() + patienceMs
  while (isAlive(process) && performance.now() < giveUp) await sleep(1, undefined, { ref: false })
}
