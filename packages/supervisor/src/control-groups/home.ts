import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { readControl } from './control-file.ts'
import { ceilingNames } from './controllers/index.ts'
import { type Refusal, refusals } from './missing.ts'
import { type Feature, type Place, probe } from './probe.ts'
import type { Surroundings } from './surroundings.ts'
import type { TreeWriter } from './writer/tree-writer.ts'

/** Our own group, and the place where its hierarchy is mounted. */
export interface Home {
  readonly own: string
  readonly mount: string
}

const delegable = [...ceilingNames, 'io']

/**
 * Where leaves of version 2 are made: below our own group, or beside it when the parent is delegated to us. The
 * first is rare with controllers, because only the kernel's own root may have processes and limited children. We
 * never move ourselves: others may count on where we are.
 */
export async function findHome(
  home: Home,
  features: readonly Feature[],
  surroundings: Surroundings,
  writer: TreeWriter,
): Promise<Place | Refusal> {
  const tried: (Place | Refusal)[] = []
  for (const parent of [home.own, ...findDelegatedParent(home, surroundings)]) {
    const busy = await enableControllers(parent, writer)
    const place = mayMove(parent)
      ? await probe({ version: 2, parent }, features, surroundings.owner, writer)
      : refusals.notDelegated(parent)
    if (!('able' in place)) tried.push(place)
    else if (ceilingNames.some((ceiling) => place.able.has(ceiling))) return place
    else tried.push(busy === undefined ? place : blame(place, busy))
  }
  return tried.find((place) => 'able' in place) ?? tried[0] ?? refusals.notDelegated(home.own)
}

/** Lets children of the group have its controllers; the refusal when processes in it forbid that. */
async function enableControllers(parent: string, writer: TreeWriter): Promise<Refusal | undefined> {
  const has = words(readControl(parent, 'cgroup.controllers'))
  const gives = words(readControl(parent, 'cgroup.subtree_control'))
  const wanted = delegable.filter((name) => has.includes(name) && !gives.includes(name))
  if (wanted.length === 0) return undefined
  // Not even tried: cpu and pids alone would be accepted, and make the group one of threads, with useless children.
  if (!isKernelRoot(parent) && readControl(parent, 'cgroup.procs') !== '') return refusals.busy(parent)
  for (const controller of wanted) {
    // What cannot be enabled is found missing by the probe.
    await writer.write(parent, 'cgroup.subtree_control', `+${controller}`).catch(() => undefined)
  }
  return undefined
}

function findDelegatedParent({ own, mount }: Home, surroundings: Surroundings): string[] {
  const parent = dirname(own)
  if (own === mount) return []
  const above: string[] = []
  for (let group = parent; group !== mount; group = dirname(group)) above.push(group)
  // The top of what a container sees was given to it; below a unit with Delegate= systemd leaves everything alone.
  const isGiven =
    (parent === mount && !isKernelRoot(mount)) ||
    above.some((group) => surroundings.hasDelegateMark(group)) ||
    (process.getuid?.() === 0 ? !surroundings.hasManager() : surroundings.isOwn(parent))
  return isGiven ? [parent] : []
}

/** Moving a process takes the right to write in the group above both places. */
function mayMove(ancestor: string): boolean {
  try {
    accessSync(`${ancestor}/cgroup.procs`, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function isKernelRoot(directory: string): boolean {
  return !existsSync(`${directory}/cgroup.type`)
}

function blame(place: Place, busy: Refusal): Place {
  const refused = new Map(place.refused)
  for (const name of ceilingNames) refused.set(name, busy)
  refused.set('io', busy)
  return { ...place, refused }
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/u).filter((word) => word !== '')
}
