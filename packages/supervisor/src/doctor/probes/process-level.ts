import { readLandlockAbi } from '../../linux/landlock.ts'
import { type Check, has } from '../check.ts'
import type { Refused } from '../explain/diagnosis.ts'
import type { Machine } from '../machine.ts'
import { judge } from './judge.ts'
import { play } from './play.ts'
import { processTapes } from './policy.ts'

const landlock = { ability: 'landlock', field: 'landlock', neededFor: 'process' } as const
const seccomp = { ability: 'seccomp', field: 'seccomp', neededFor: 'process' } as const
const user = { ability: 'unprivileged_user', field: 'uid', neededFor: 'process' } as const

/** What both levels are made of: an unprivileged user, Landlock, the filter of system calls. */
export async function probeProcessLevel(executable: string, machine: Machine): Promise<Check[]> {
  const abi = readLandlockAbi()
  const { base, job } = processTapes(abi, true)
  const refused = await play(executable, base, { job })
  const fenced = refused?.call.startsWith('landlock') === true ? refused : undefined
  const rest = fenced === undefined ? refused : await playWithoutLandlock(executable)
  return [
    ...judgeRest(rest, machine),
    fenced === undefined ? has(landlock, `ABI ${abi}`) : judge(landlock, fenced, machine),
  ]
}

function playWithoutLandlock(executable: string): Promise<Refused | undefined> {
  const { base, job } = processTapes(0, false)
  return play(executable, base, { job })
}

/** The user comes before the filter: without the one the other is not tried. */
function judgeRest(refused: Refused | undefined, machine: Machine): Check[] {
  const dropped = machine.isRoot ? 'root gives up being root' : 'we are a normal user'
  if (refused === undefined) return [has(user, dropped), has(seccomp, 'a filter was set')]
  if (refused.call === 'seccomp') return [has(user, dropped), judge(seccomp, refused, machine)]
  return [judge(user, refused, machine)]
}
