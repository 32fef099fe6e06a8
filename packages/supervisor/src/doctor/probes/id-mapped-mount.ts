import { IdMap } from '../../isolation/id-map.ts'
import { LaunchError } from '../../isolation/launch-error.ts'
import { type Check, has, lacks } from '../check.ts'
import { toRefused } from '../launch-failure.ts'
import type { Machine } from '../machine.ts'
import { judge } from './judge.ts'
import { play } from './play.ts'
import { workspaceTapes } from './policy.ts'

const subject = { ability: 'id_mapped_mount', field: 'uid', neededFor: 'process' } as const

/**
 * Root's jobs are another user at both levels, and their files in the working directory must be root's. Nobody
 * else needs it.
 */
export async function probeIdMappedMount(
  executable: string,
  machine: Machine,
  workingDir: string,
): Promise<Check[]> {
  if (!machine.isRoot) return []
  try {
    using idMap = await IdMap.open(executable)
    const { base } = workspaceTapes(workingDir)
    const refused = await play(executable, base, { idMap: idMap.descriptor })
    return [refused === undefined ? has(subject, `of ${workingDir}`) : judge(subject, refused, machine)]
  } catch (error) {
    if (error instanceof LaunchError && error.step !== undefined) {
      return [judge(subject, toRefused(error.step), machine)]
    }
    const cause = error instanceof Error ? error.message : String(error)
    return [
      lacks(subject, 'no user namespace for it', [
        { cause, cure: 'start as root of the machine, or as a normal user' },
      ]),
    ]
  }
}
