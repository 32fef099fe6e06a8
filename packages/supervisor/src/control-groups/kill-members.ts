import { setTimeout as sleep } from 'node:timers/promises'
import { hasCode } from '../linux/errno.ts'
import { writeControl } from './control-file.ts'
import { listMembers, type Prey, signalManyMembers, signalMembers } from './prey.ts'
import { findSwitches, type Switch, type Switches } from './switches.ts'
import type { TreeWriter } from './writer/tree-writer.ts'

const patienceMs = 5000

/** Sends SIGKILL to all members. With cgroup.kill it takes one write; without, it resolves when nobody is left. */
export async function killMembers(prey: Prey, writer: TreeWriter): Promise<void> {
  const flip = async (flipped: Switch | undefined): Promise<void> => {
    if (flipped === undefined) return
    try {
      await writer.write(`${flipped.parent}/${prey.name}`, flipped.file, flipped.text)
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENODEV')) throw error
    }
  }
  const switches = findSwitches(prey.plan)
  if (switches.kill === undefined) await killOneByOne(prey, switches, flip)
  else await flip(switches.kill)
  await flip(switches.unthrottled)
}

/**
 * For kernels and trees without cgroup.kill: nobody may run or fork while each is signalled. Again and again until
 * nobody is left, for the frozen die only when thawed.
 */
async function killOneByOne(
  prey: Prey,
  { sterile, frozen, thawed, unthrottled }: Switches,
  flip: (flipped: Switch | undefined) => Promise<void>,
): Promise<void> {
  const giveUp = performance.now() + patienceMs
  for (let wait = 1; ; wait = Math.min(2 * wait, 20)) {
    await flip(frozen)
    // Not at once: it would count forks as refused that no ceiling of the job refused.
    if (frozen === undefined || wait > 1) await flip(sterile)
    const members = listMembers(prey)
    await signalManyMembers(members, prey.name)
    await flip(unthrottled)
    await flip(thawed)
    if (members.length === 0 || performance.now() > giveUp) return
    await sleep(wait)
  }
}

/** For a process that is about to exit: blocks, and never throws. */
export function killWithoutWaiting(prey: Prey): void {
  const flip = (flipped: Switch | undefined): void => {
    try {
      if (flipped !== undefined) writeControl(`${flipped.parent}/${prey.name}`, flipped.file, flipped.text)
    } catch {
      // gone, or never there
    }
  }
  const { kill, sterile, frozen, thawed, unthrottled } = findSwitches(prey.plan)
  flip(kill)
  if (kill === undefined) {
    flip(sterile)
    flip(frozen)
    signalMembers(listMembers(prey), prey.name)
    flip(thawed)
  }
  flip(unthrottled)
}
