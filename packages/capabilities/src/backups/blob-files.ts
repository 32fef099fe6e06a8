import { randomBytes } from 'node:crypto'
import { type Dirent, readdirSync, renameSync, rmSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'

/** A running job keeps a content first, and names it in its journal then: a blob so young may be such a one. */
const graceMs = 3_600_000

export interface Blob {
  readonly path: string
  /** What a blob is called; of what a crash left of keeping one, not a hash. */
  readonly name: string
  /** On the disk. */
  readonly bytes: number
  readonly isYoung: boolean
}

export function listBlobs(backups: string, now: number): Blob[] {
  return list(join(backups, 'blobs')).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isDirectory()) return find(path, entry.name, now)
    return list(path).flatMap(({ name }) => find(join(path, name), name, now))
  })
}

/** Unless it was kept anew meanwhile: so it is put aside first, where nobody looks for it, and looked at again. */
export function removeBlob(backups: string, { path }: Blob, now: number): boolean {
  const aside = join(backups, 'blobs', `old-${randomBytes(8).toString('hex')}`)
  try {
    renameSync(path, aside)
  } catch {
    return false
  }
  const isYoung = now - statSync(aside).mtimeMs < graceMs
  if (isYoung) renameSync(aside, path)
  else rmSync(aside)
  return !isYoung
}

function find(path: string, name: string, now: number): Blob[] {
  const stat = statOf(path)
  if (stat === undefined) return []
  const bytes = Math.min(stat.size, stat.blocks * 512)
  return [{ path, name, bytes, isYoung: now - stat.mtimeMs < graceMs }]
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

function list(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
}
