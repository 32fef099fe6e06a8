import { existsSync } from 'node:fs'
import { hasCode } from '../linux/errno.ts'
import { readControl } from './control-file.ts'
import { ceilings, controllers, type ControllerName, type Version } from './controllers/index.ts'
import type { LeafOwner } from './leaf-name.ts'
import { makeGroups } from './make-groups.ts'
import { type Refusal, refusals, toRefusal } from './missing.ts'
import type { TreeWriter } from './writer/tree-writer.ts'

/** What a group may be good for. */
export type Feature = ControllerName | 'kill' | 'freeze'

/** A directory in which groups can be made, and what those can do. */
export interface Place {
  readonly version: Version
  readonly parent: string
  readonly able: ReadonlySet<Feature>
  /** Why not the other features that were asked for. */
  readonly refused: ReadonlyMap<Feature, Refusal>
}

/** Makes a group, sets every limit in it, and removes it. A refusal when no group can be made at all. */
export async function probe(
  { version, parent }: Pick<Place, 'version' | 'parent'>,
  features: readonly Feature[],
  owner: LeafOwner,
  writer: TreeWriter,
): Promise<Place | Refusal> {
  let leaf: string
  try {
    leaf = `${parent}/${await makeGroups([parent], owner, writer)}`
  } catch (error) {
    return toRefusal(parent, error)
  }
  try {
    if (readControl(leaf, 'cgroup.type')?.startsWith('domain invalid') === true)
      return refusals.threaded(parent)
    const able = new Set<Feature>()
    const refused = new Map<Feature, Refusal>()
    for (const feature of features) {
      const refusal = tryOut(feature, parent, leaf, version)
      if (refusal === undefined) able.add(feature)
      else refused.set(feature, refusal)
    }
    return { version, parent, able, refused }
  } finally {
    await writer.remove([leaf])
  }
}

function tryOut(feature: Feature, parent: string, leaf: string, version: Version): Refusal | undefined {
  if (feature === 'kill') return offers(leaf, 'cgroup.kill') ? undefined : refusals.oldKernel('cgroup.kill')
  if (feature === 'freeze') {
    const file = version === 1 ? 'freezer.state' : 'cgroup.freeze'
    return offers(leaf, file) ? undefined : refusals.oldKernel(file)
  }
  if (feature === 'cpuTime' || feature === 'io') {
    const counters = Object.values(controllers[feature].counters[version])
    const isTold = counters.some((count) => count((file) => readControl(leaf, file)) !== undefined)
    return isTold ? undefined : refusals.notGiven(parent, feature)
  }
  try {
    ceilings[feature].limit(leaf, version, ceilings[feature].harmless)
    return undefined
  } catch (error) {
    return hasCode(error, 'ENOENT') ? refusals.notGiven(parent, feature) : toRefusal(parent, error)
  }
}

function offers(leaf: string, file: string): boolean {
  return existsSync(`${leaf}/${file}`)
}
