import process from 'node:process'
import type { BlobStore } from '../backups/blob-store.ts'
import { isSameState } from '../backups/same-state.ts'
import type { DirectoryAttributes, FileState } from '../backups/state.ts'
import { compose } from './compose.ts'
import { type Conflict, conflictError } from './conflict.ts'
import { describeState } from './describe-state.ts'
import { look, type Opener } from './look.ts'
import type { JobChange } from './select.ts'

/** One path, and what it is to become. */
export interface Restoration {
  readonly path: string
  readonly current: FileState
  readonly target: FileState
}

export interface Plan {
  /** In the order in which they are done: directories before what is in them, and removed after it. */
  readonly restorations: readonly Restoration[]
  /** Each path that was asked for, with what it is now and what it becomes; the same when there is nothing to do. */
  readonly paths: ReadonlyMap<string, Restoration>
  readonly forced: readonly string[]
  /** Directories that are gone and made again for what is below them. */
  readonly parents: readonly string[]
}

interface Known {
  readonly open: Opener
  readonly store: BlobStore
  readonly force: ReadonlySet<string>
  /** Directories as they once were. */
  readonly directories: ReadonlyMap<string, DirectoryAttributes>
}

/**
 * Looks at every path before any is touched.
 * @throws RT_UNDO_CONFLICT naming all that are not what the jobs left, RT_BACKUP_DAMAGED
 */
export async function planUndo(changes: readonly JobChange[], known: Known): Promise<Plan> {
  const paths = new Map<string, Restoration>()
  const missing = new Set<string>()
  const conflicts: Conflict[] = []
  const forced: string[] = []
  for (const [path, ofPath] of Map.groupBy(changes, (change) => change.path)) {
    const found = await planPath(path, ofPath, known)
    if ('canForce' in found) conflicts.push(found)
    else {
      paths.set(path, found)
      if (found.isForced) forced.push(path)
      if (found.target.kind !== 'absent') found.missing.forEach((directory) => missing.add(directory))
    }
  }
  if (conflicts.length > 0) throw conflictError(conflicts)
  const parents = [...missing].filter((path) => paths.get(path)?.target.kind !== 'directory')
  const changed = [...paths.values()].filter(({ current, target }) => !isSameState(current, target))
  const all = [...parents.map((path) => parent(path, known)), ...changed]
  for (const { target } of all) await checkContent(target, known.store)
  return { restorations: inOrder(all), paths, forced, parents }
}

interface Planned extends Restoration {
  readonly missing: readonly string[]
  readonly isForced: boolean
}

async function planPath(
  path: string,
  changes: readonly JobChange[],
  { open, force }: Known,
): Promise<Planned | Conflict> {
  const [oldest, ...newer] = changes
  if (oldest === undefined) throw new TypeError('a path without changes')
  const sight = await look(path, open)
  const expected = describeState((newer.at(-1) ?? oldest).after)
  if ('obstacle' in sight) return { path, expected, found: sight.obstacle, canForce: false }
  const { state: current, missing } = sight
  // Whoever removed the directory took all in it away, and there is nothing that a restored file could destroy.
  if (missing.length > 0) return { path, current, target: oldest.before, missing, isForced: false }
  const { target, gap } = compose([oldest, ...newer], current)
  if (gap === undefined) return { path, current, target, missing, isForced: false }
  const canForce = current.kind !== 'directory' && (target.kind !== 'directory' || current.kind === 'absent')
  if (canForce && force.has(path)) return { path, current, target, missing, isForced: true }
  return { path, expected: describeState(gap.expected), found: describeState(gap.found), canForce }
}

/** A directory of which nothing is known is for its owner alone. */
function parent(path: string, { directories }: Known): Restoration {
  const known = directories.get(path) ?? {
    mode: 0o700,
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
  }
  return { path, current: { kind: 'absent' }, target: { kind: 'directory', ...known } }
}

async function checkContent(state: FileState, store: BlobStore): Promise<void> {
  if (state.kind === 'file') await (await store.open(state.sha256)).close()
}

function inOrder(restorations: readonly Restoration[]): Restoration[] {
  const sorted = restorations.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const isRemoved = ({ current }: Restoration): boolean => current.kind === 'directory'
  const isMade = ({ target }: Restoration): boolean => target.kind === 'directory'
  return [
    ...sorted.filter(isMade),
    ...sorted.filter((item) => !isMade(item) && !isRemoved(item)),
    ...sorted.filter(isRemoved).toReversed(),
  ]
}
