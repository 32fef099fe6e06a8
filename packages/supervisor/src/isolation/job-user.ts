import process from 'node:process'
import type { LaunchUser } from '@runtimo/worker'

/** The uid and gid that jobs of a supervisor of root have. */
export const jobUid = 65_534

export function isRoot(): boolean {
  return process.geteuid?.() === 0
}

/** Ourselves. */
export function caller(): LaunchUser {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, isDropped: false }
}

/** Whom a job runs as: nobody's uid when we are root. */
export function jobUser(): LaunchUser {
  return isRoot() ? { uid: jobUid, gid: jobUid, isDropped: true } : caller()
}
