import { readdir, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type LeafOwner, parseLeafName } from './leaf-name.ts'

export interface FoundLeaf {
  readonly name: string
  readonly owner: LeafOwner
  readonly parent: string
}

const mostGroups = 5000

/**
 * All leaves in a hierarchy, whosever they are: an earlier supervisor may have run in another group than we do, as in
 * another terminal. Looks at the nearest 5,000 groups.
 */
export async function findLeaves(mount: string): Promise<FoundLeaf[]> {
  const found: FoundLeaf[] = []
  const queue = [mount]
  for (const directory of queue) {
    for (const group of await listBelow(directory)) {
      const name = basename(group)
      const owner = parseLeafName(name)
      if (owner !== undefined) found.push({ name, owner, parent: directory })
      else if (queue.length < mostGroups) queue.push(group)
    }
  }
  return found
}

async function listBelow(directory: string): Promise<string[]> {
  try {
    // Two links and one for each directory below: most groups have none, and forty files.
    const { nlink } = await stat(directory)
    if (nlink === 2) return []
    const entries = await readdir(directory, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${directory}/${name}`)
  } catch {
    return [] // gone meanwhile
  }
}
