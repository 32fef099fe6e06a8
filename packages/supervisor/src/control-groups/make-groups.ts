import { hasCode } from '../linux/errno.ts'
import { formatLeafName, type LeafOwner } from './leaf-name.ts'
import type { TreeWriter } from './writer/tree-writer.ts'

// One count for all supervisors of this process.
let last = 0

/** Makes a group of a new name below each parent, and returns the name. */
export async function makeGroups(
  parents: readonly string[],
  owner: LeafOwner,
  writer: TreeWriter,
): Promise<string> {
  for (;;) {
    const name = formatLeafName(owner, ++last)
    try {
      await writer.make(parents.map((parent) => `${parent}/${name}`))
      return name
    } catch (error) {
      // Another copy of this module in the process counts too.
      if (!hasCode(error, 'EEXIST')) throw error
    }
  }
}
