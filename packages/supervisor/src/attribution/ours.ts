import { nameOf, type ProcessIdentity } from '../processes/index.ts'

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

function isSame(process: ProcessIdentity, other: ProcessIdentity | undefined): boolean {
  return other !== undefined && namesOf(process).includes(nameOf(other))
}

/** A start time that was told by an event may be a tick off that of /proc. */
function namesOf({ pid, startTime }: ProcessIdentity): readonly string[] {
  return [startTime, startTime - 1, startTime + 1].map((time) => nameOf({ pid, startTime: time }))
}
