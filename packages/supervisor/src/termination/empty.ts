import { setTimeout as sleep } from 'node:timers/promises'
import { signalProcess } from '../linux/pidfd.ts'
import { isAlive, nameOf, type ProcessIdentity } from '../processes/index.ts'
import { killTree, listTree } from './process-tree.ts'

/** Who is to die, and how sure it is that nobody is missing. */
export interface Prey {
  readonly root: ProcessIdentity
  /** True when `living` misses nobody; otherwise `ps` is asked too. */
  isExact(): boolean
  living(): Promise<readonly ProcessIdentity[]>
}

const patienceMs = 5000

/**
 * Kills all that lives, again and again until nobody is left, and returns who could not be killed. All are
 * stopped before the first is killed, so that none can fork while the others die.
 */
export async function empty(prey: Prey): Promise<readonly ProcessIdentity[]> {
  const giveUp = performance.now() + patienceMs
  for (;;) {
    const living = await prey.living()
    if (living.length === 0) return []
    if (performance.now() > giveUp) {
      await killTree(prey.root)
      return living.filter((process) => isAlive(process))
    }
    const frozen = await freeze(prey, living)
    const rest = prey.isExact() ? [] : await listTree(prey.root)
    const targets = [...frozen, ...rest]
    for (const target of targets) signalProcess(target, 'SIGKILL')
    await waitUntilGone(targets)
  }
}

/** Stops everybody until a look finds nobody new; a few rounds, for a fork storm may outrun us. */
async function freeze(prey: Prey, living: readonly ProcessIdentity[]): Promise<readonly ProcessIdentity[]> {
  const stopped = new Map<string, ProcessIdentity>()
  let found = living
  for (let round = 0; round < 5; round++) {
    const fresh = found.filter((process) => !stopped.has(nameOf(process)))
    if (fresh.length === 0) break
    for (const process of fresh) {
      signalProcess(process, 'SIGSTOP')
      stopped.set(nameOf(process), process)
    }
    found = await prey.living()
  }
  return [...stopped.values()]
}

/** A killed process takes a moment to go; one in an uninterruptible call may take for ever. */
async function waitUntilGone(targets: readonly ProcessIdentity[]): Promise<void> {
  for (let wait = 1; wait <= 64 && targets.some((process) => isAlive(process)); wait *= 2) await sleep(wait)
}
