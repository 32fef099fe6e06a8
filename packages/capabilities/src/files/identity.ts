import { type BigIntStats, lstatSync } from 'node:fs'
import { errnoOf } from '../linux/errno.ts'
import type { Place } from '../paths/place.ts'

/** Which file it is, and of which age: two that are equal are one file that nobody changed in between. */
export interface Identity {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

/** Of what stands at the place, be it a link. */
export async function identityOf(place: Place): Promise<Identity | 'absent'> {
  return identityAt(place.at)
}

/** At once: between two steps of a commit nothing else of ours may happen. */
export function identityAt(path: string): Identity | 'absent' {
  try {
    return toIdentity(lstatSync(path, { bigint: true }))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'absent'
    throw error
  }
}

export function toIdentity({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): Identity {
  return { dev, ino, size, mtimeNs, ctimeNs }
}

export function isUnchanged(a: Identity | 'absent', b: Identity | 'absent'): boolean {
  return isSameContent(a, b) && (a === 'absent' || b === 'absent' || a.ctimeNs === b.ctimeNs)
}

/** As `isUnchanged`, for a file that was renamed: that sets the change time. */
export function isSameContent(a: Identity | 'absent', b: Identity | 'absent'): boolean {
  if (a === 'absent' || b === 'absent') return a === b
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs
}
