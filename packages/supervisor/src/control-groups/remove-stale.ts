import { existsSync } from 'node:fs'
import { ceilingNames, type ControllerName } from './controllers/index.ts'
import { findLeaves } from './find-leaves.ts'
import type { Hierarchy } from './hierarchy.ts'
import { isDead, type LeafOwner } from './leaf-name.ts'
import { KernelLeaf } from './leaf.ts'
import type { Plan, Source } from './plan.ts'
import type { TreeWriter } from './writer/tree-writer.ts'

/** One directory of a leaf. */
interface Part extends Source {
  readonly controllers: readonly string[]
}

/** Kills and removes every leaf whose owner is surely dead; says how many are gone. */
export async function removeStale(
  hierarchies: readonly Hierarchy[],
  judge: LeafOwner,
  writer: TreeWriter,
): Promise<number> {
  const leaves = new Map<string, Part[]>()
  for (const { version, controllers, mount } of hierarchies) {
    for (const { name, owner, parent } of await findLeaves(mount)) {
      if (!isDead(owner, judge)) continue
      const parts = leaves.get(name) ?? []
      leaves.set(name, [...parts, { version, controllers, parent }])
    }
  }
  const removals = [...leaves].map(async ([name, parts]) => {
    await new KernelLeaf(toPlan(name, parts), name, writer)[Symbol.asyncDispose]()
  })
  const results = await Promise.allSettled(removals)
  // A leaf that is not ours to remove, or whose members will not die, is left for the next start.
  return results.filter(({ status }) => status === 'fulfilled').length
}

/** All that is needed to empty and remove it. */
function toPlan(name: string, parts: readonly Part[]): Plan {
  const second = parts.find(({ version }) => version === 2)
  const hasSwitch = second !== undefined && existsSync(`${second.parent}/${name}/cgroup.kill`)
  return {
    parents: parts.map(({ parent }) => parent),
    second: second?.parent,
    controllers: new Map(
      ceilingNames.flatMap((ceiling): [ControllerName, Source][] => {
        const source = parts.find(({ controllers }) => controllers.includes(ceiling)) ?? second
        return source === undefined ? [] : [[ceiling, source]]
      }),
    ),
    killSwitch: hasSwitch ? second.parent : undefined,
    freezer: parts.find(({ controllers }) => controllers.includes('freezer')) ?? second,
  }
}
