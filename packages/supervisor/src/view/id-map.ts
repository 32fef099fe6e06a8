import { RuntimoError } from '@runtimo/capabilities'
import { readMounts } from '../linux/mount-info.ts'
import { type CallFailure, tryIdMap } from '../linux/mount-tree.ts'
import { isBelow, isWithin } from './within.ts'

/** Whether a directory can be given to a job that has another uid than its caller, and why not. */
export type IdMapSupport =
  | { readonly isSupported: true }
  | { readonly isSupported: false; readonly cause: string }

/**
 * Found by doing: which file systems can is written nowhere. Not remembered: it is two system calls, and what
 * is mounted below a directory changes.
 * @param usernsFd a user namespace that maps the caller's uid to the job's
 */
export function idMapSupport(path: string, usernsFd: number): IdMapSupport {
  const failure = tryIdMap(path, usernsFd)
  return failure === undefined ? { isSupported: true } : { isSupported: false, cause: explain(path, failure) }
}

/** @throws RT_POSTURE_UNAVAILABLE naming each directory that cannot be id-mapped, its cause and the cure */
export function requireIdMap(paths: readonly string[], usernsFd: number): void {
  const cure =
    'Keep the workspace on another file system, start as a normal user, or allow handing the workspace over.'
  const missing = paths.flatMap((path) => {
    const support = idMapSupport(path, usernsFd)
    return support.isSupported ? [] : [{ field: 'workspace', path, cause: support.cause, cure }]
  })
  if (missing.length === 0) return
  const causes = missing.map(({ cause }) => cause).join('; ')
  throw new RuntimoError('RT_POSTURE_UNAVAILABLE', `workspace: ${causes}`, { missing })
}

function explain(path: string, { call, error }: CallFailure): string {
  const reason = `${path}: ${call}: ${error}`
  if (error === 'ENOSYS') return `${reason}: the kernel is older than 5.12`
  if (error === 'EPERM') return `${reason}: only root may id-map, and no mount twice`
  if (call !== 'mount_setattr' || error !== 'EINVAL') return reason
  return `${reason}: ${typesAt(path).join(' or ')} has no id mapping`
}

/** The file systems at a path and below it: the kernel does not say which of them refused. */
function typesAt(path: string): string[] {
  const mounts = readMounts()
  const at = mounts
    .filter(({ target }) => isWithin(path, target))
    .toSorted((a, b) => a.target.length - b.target.length)
    .at(-1)
  const all = [...(at === undefined ? [] : [at]), ...mounts.filter(({ target }) => isBelow(target, path))]
  return [...new Set(all.map(({ type }) => `file system ${type}`))]
}
