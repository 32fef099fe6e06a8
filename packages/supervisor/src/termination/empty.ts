import { setTimeout as sleep } from 'node:timers/promises'
import { signalProcess } from '../linux/pidfd.ts'
import type { Seize } from '../attribution/membership.ts'
import { isAlive, type ProcessIdentity } from '../processes/index.ts'
import { killTree, listTree } from './process-tree.ts'
import { StoppedProcesses } from './stopped-processes.ts'

type Identities = readonly ProcessIdentity[]

/** Who is to die, and how sure it is that nobody is missing. */
export interface Prey {
  readonly root: ProcessIdentity
  /** True when `living` misses nobody; otherwise `ps` is asked too. */
  isExact(): boolean
  /** `seize` gets each in the moment in which it is met. */
  living(seize?: Seize): Identities | Promise<Identities>
}

const patienceMs = 5000

/**
 * Kills all that lives, again and again until nobody is left, and returns who could not be killed. All are
 * stopped before the first is killed, so that none can fork while the others die.
 */
export async function empty(prey: Prey): Promise<Identities> {
  const giveUp = performance.now() + patienceMs
  for (;;) {
    const frozen = await freeze(prey)
    if (frozen.length === 0) return []
    const rest = prey.isExact() ? [] : await listTree(prey.root)
    const targets = [...frozen, ...rest]
    for (const target of targets) signalProcess(target, 'SIGKILL')
    await waitUntilGone(targets)
    if (performance.now() < giveUp) continue
    if (!prey.isExact()) await killTree(prey.root)
    return prey.living()
  }
}

/** Stops everybody until a look finds nobody new; a few rounds, for a fork storm may outrun us. */
async function freeze(prey: Prey): Promise<Identities> {
  const stopped = new StoppedProcesses()
  for (let round = 0; round < 5; round++) {
    const before = stopped.size
    const found = await prey.living((process) => stopped.add(process))
    for (const process of found) stopped.add(process)
    if (stopped.size === before) break
  }
  return stopped.all
}

/** A killed process takes a moment to go; one in an uninterruptible call may take for ever. */
async function waitUntilGone(targets: Identities): Promise<void> {
  for (let wait = 1; wait <= 64 && targets.some((process) => isAlive(process)); wait *= 2) await sleep(wait)
}
