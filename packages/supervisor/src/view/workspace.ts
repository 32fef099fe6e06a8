import { resolve } from 'node:path'
import type { Mount, RootView } from '@runtimo/worker'
import { refusal } from '../isolation/requirement.ts'
import { orderMounts, pinParents } from './order.ts'
import type { HostRoot } from './host-root.ts'
import { findPlace, type Place, type PlaceLink } from './place.ts'
import { isBelow, isWithin } from './within.ts'

export interface WorkspaceOptions {
  readonly workingDir: string
  /** Directories, absolute or relative to `workingDir`. Neither list names it: it is in view, and read-only. */
  readonly read?: readonly string[]
  readonly write?: readonly string[]
  /** True: what the job writes belongs to the caller by the mount's own table of users. */
  readonly isIdMapped: boolean
  /** In view anyway, read-only: cannot be made writable as a whole. */
  readonly host: HostRoot
}

/** The caller's directories as a job has them: at the same paths. */
export interface Workspace {
  /** Parents first. */
  readonly mounts: readonly Mount[]
  /** Names by which the caller knows the directories, where those are links. */
  readonly symlinks: RootView['symlinks']
  /** The working directory as the caller wrote it, absolute; the job can go there. */
  readonly cwd: string
  /** All directories that were named, without links: what is asked for by name is not hidden. */
  readonly asked: readonly string[]
  /** Every path that the root must leave free for these mounts and links. */
  readonly claimed: readonly string[]
}

/** Private to each job; a link of the host at such a place has no room in the view. */
const privatePlaces = new Set(['/tmp', '/dev', '/proc', '/etc', '/run'])

/** @throws RT_INVALID_OPTION or RT_POSTURE_UNAVAILABLE, naming option and path, with the cure */
export function openWorkspace(options: WorkspaceOptions): Workspace {
  const { workingDir, read = [], write = [], isIdMapped, host } = options
  const cwd = findPlace('workingDir', workingDir, '/')
  const base = resolve(workingDir)
  const readable = [cwd, ...read.map((path) => findPlace('read', path, base))]
  const writable = write.map((path) => findPlace('write', path, base))
  for (const place of writable) refuseSystem(place, host)
  const places = [...readable, ...writable]
  const toMount =
    (access: Mount['access']) =>
    ({ real }: Place): Mount => ({ source: real, target: real, type: 'directory', access, isIdMapped })
  // Of two for one directory the later counts: to be allowed to write includes reading.
  const mounts = orderMounts([...readable.map(toMount('read')), ...writable.map(toMount('write'))]).filter(
    (mount, _, all) => !isCovered(mount, all, host),
  )
  const seen = [...host.mounts, ...mounts]
  const links = places
    .flatMap((place) => place.links.flatMap((link) => toLinks(link, seen)))
    .filter(({ path }) => !host.symlinks.some((known) => known.path === path))
  const all = orderMounts([...mounts, ...places.flatMap((place) => mountAgain(place, seen))])
  // Read-only directories inside writable ones: what leads to them must stay where it is.
  const readOnly = all.filter(({ access }) => access === 'read').map(({ target }) => target)
  const distinct = [...new Map(links.map((link) => [link.path, link])).values()]
  return {
    mounts: orderMounts([...all, ...pinParents(all, readOnly)]),
    symlinks: distinct,
    cwd: cwd.given,
    asked: places.map(({ real }) => real),
    claimed: [...all.map(({ target }) => target), ...distinct.map(({ path }) => path)],
  }
}

/** Adds nothing: the directory is in view already, with the same access. */
function isCovered(mount: Mount, all: readonly Mount[], { mounts: seen }: HostRoot): boolean {
  const holder = all.findLast(({ target }) => isBelow(mount.target, target))
  if (holder !== undefined) return holder.access === mount.access
  return mount.access === 'read' && seen.some(({ target }) => isWithin(mount.target, target))
}

/**
 * The links of the host that lead to a place, as far as they are not in view anyway. Where one would stand
 * in the way of something private, such as a /tmp that is a link, the next name of the path becomes the link.
 */
function toLinks(link: PlaceLink, seen: readonly Mount[]): { path: string; target: string }[] {
  const { path, target, rest } = link
  if (seen.some((mount) => isWithin(path, mount.target))) return []
  if (!privatePlaces.has(path)) return [{ path, target }]
  const [name] = rest
  return name === undefined ? [] : [{ path: `${path}/${name}`, target: `${target}/${name}` }]
}

/** A path that is a link at a private place, with no name after it: the directory itself is there, too. */
function mountAgain({ links, real }: Place, seen: readonly Mount[]): Mount[] {
  const last = links.at(-1)
  if (last === undefined || last.rest.length > 0 || !privatePlaces.has(last.path)) return []
  const holder = seen.findLast(({ target }) => isWithin(real, target))
  return holder === undefined ? [] : [{ ...holder, source: real, target: last.path }]
}

function refuseSystem({ given, real }: Place, { mounts, symlinks }: HostRoot): void {
  const system = [...mounts.map(({ target }) => target), ...symlinks.map(({ target }) => target)]
  const found = system.find((path) => isWithin(path, real))
  if (found === undefined) return
  const cause = `it is, or contains, ${found}, which every job reads and none may change`
  const cure = 'name the directory below it that the job is to write in'
  throw refusal([{ field: 'write', wanted: given, cause, cure }])
}
