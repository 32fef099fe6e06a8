import type { ControlGroups } from './control-groups.ts'
import { findPlaces } from './find-places.ts'
import { findHierarchies } from './hierarchy.ts'
import { KernelControlGroups } from './kernel-control-groups.ts'
import { realSurroundings, type Surroundings } from './surroundings.ts'

/** Finds out by doing what groups can be made here. `root` stands for '/' in tests. */
export async function openControlGroups(
  root: string = '/',
  surroundings: Surroundings = realSurroundings(),
): Promise<ControlGroups> {
  const hierarchies = findHierarchies(root, (path) => surroundings.fileSystemType(path))
  const writer = surroundings.startWriter()
  await using cleanup = new AsyncDisposableStack()
  cleanup.use(writer)
  const findings = await findPlaces(hierarchies, surroundings, writer)
  cleanup.move()
  return new KernelControlGroups({ hierarchies, findings, owner: surroundings.owner, writer })
}
