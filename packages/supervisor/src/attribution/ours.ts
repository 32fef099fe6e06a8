import { nameOf, type ProcessIdentity } from '../processes/index.ts'
import type { SpawnedProcess } from './spawned-process.ts'

/** What we ourselves started for a job: killed with it, but neither named nor counted as the job's. */
export interface Ours {
  /** Not killed: it ends by itself when nobody is left below it, and tells what was used. */
  readonly launcher?: ProcessIdentity
  /** The names of all of them; may grow as long as the job runs. */
  readonly own: ReadonlySet<string>
}

/** Of ours are never more than these, and they come first. */
export const mostOurs = 8

export const nothingOurs: Ours = { own: new Set() }

export function isOurs(process: ProcessIdentity, { launcher, own }: Ours): boolean {
  return namesOf(process).some((name) => own.has(name)) || isSame(process, launcher)
}

/** By their pids alone: of processes in a group that nobody leaves or enters from outside. */
export function areOurs(pids: readonly number[], { own }: Ours): boolean {
  const known = new Set(Array.from(own, (name) => Number.parseInt(name, 10)))
  return pids.every((pid) => known.has(pid))
}

export function withoutLauncher<T extends ProcessIdentity>(
  living: readonly T[],
  { launcher }: Ours,
): readonly T[] {
  return living.filter((process) => !isSame(process, launcher))
}

export function withoutKnown<T extends ProcessIdentity>(
  found: readonly T[],
  known: readonly ProcessIdentity[],
): readonly T[] {
  const names = new Set(known.map(nameOf))
  return found.filter((process) => !namesOf(process).some((name) => names.has(name)))
}

/**
 * What was gone before the listener could ask for its name has its forker's. Whoever was met under another name, by
 * somebody who looked, has that one.
 */
export function withOwnNames(
  processes: readonly SpawnedProcess[],
  met: readonly SpawnedProcess[],
): readonly SpawnedProcess[] {
  const byName = new Map(met.map((process) => [nameOf(process), process]))
  return processes.map((process) => {
    if (process.exe !== undefined) return process
    const own = namesOf(process)
      .map((name) => byName.get(name))
      .find((found) => found !== undefined)
    if (own?.exe === undefined || own.comm === process.comm) return process
    return { ...own, ...process, comm: own.comm, exe: own.exe }
  })
}

function isSame(process: ProcessIdentity, other: ProcessIdentity | undefined): boolean {
  return other !== undefined && namesOf(process).includes(nameOf(other))
}

/** A start time that was told by an event may be a tick off that of /proc. */
function namesOf({ pid, startTime }: ProcessIdentity): readonly string[] {
  return [startTime, startTime - 1, startTime + 1].map((time) => nameOf({ pid, startTime: time }))
}
