import { readdir, rm, stat } from 'node:fs/promises'
import { type Blob, listBlobs, removeBlob } from './blob-files.ts'
import { backupFailure } from './failure.ts'
import { endedPath, journalPath, journalsOf } from './journal-files.ts'
import { listJournals } from './list-journals.ts'
import { namedBlobs } from './named-blobs.ts'
import { syncDirectory } from './private-directory.ts'

export interface Retention {
  /** A job that ended longer ago can no longer be undone; milliseconds. */
  readonly olderThanMs: number
  /** The oldest ended jobs go until all contents together take no more on the disk. */
  readonly maxBytes: number
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface Pruned {
  readonly jobs: readonly string[]
  readonly blobs: number
  readonly bytes: number
}

interface Kept {
  readonly jobId: string
  /** Undefined: it has not ended. */
  readonly endedAt: number | undefined
  readonly blobs: ReadonlySet<string>
}

/**
 * Removes the journals of ended jobs that are too old or too many, then the contents that no journal needs. Never
 * anything of a job that has not ended.
 * @throws RT_BACKUP_FAILED
 */
export async function pruneBackups(backups: string, retention: Retention): Promise<Pruned> {
  try {
    return await prune(backups, retention)
  } catch (error) {
    throw backupFailure(backups, error)
  }
}

async function prune(backups: string, retention: Retention): Promise<Pruned> {
  const jobIds = await listJournals(backups)
  const kept: Kept[] = []
  for (const jobId of jobIds) kept.push(await describe(backups, jobId))
  const blobs = listBlobs(backups, retention.now)
  const jobs = chooseJobs(kept, blobs, retention)
  for (const jobId of jobs) {
    await rm(journalPath(backups, jobId))
    await rm(endedPath(backups, jobId), { force: true })
  }
  // A content must not go before the journals that need it are gone for good.
  if (jobs.length > 0) await syncDirectory(journalsOf(backups))
  await removeLoneMarkers(backups)
  const gone = new Set(jobs)
  const needed = new Set<string>()
  for (const job of kept) if (!gone.has(job.jobId)) job.blobs.forEach((name) => needed.add(name))
  const removed = blobs.filter(
    (blob) => !blob.isYoung && !needed.has(blob.name) && removeBlob(backups, blob, retention.now),
  )
  return { jobs, blobs: removed.length, bytes: sum(removed) }
}

/** The ended jobs that go, the oldest first. */
function chooseJobs(
  kept: readonly Kept[],
  blobs: readonly Blob[],
  { olderThanMs, maxBytes, now }: Retention,
): string[] {
  const uses = countUses(kept)
  const sizes = new Map(blobs.filter((blob) => !blob.isYoung).map((blob) => [blob.name, blob.bytes]))
  let total = sum(blobs.filter((blob) => blob.isYoung || uses.has(blob.name)))
  const chosen: string[] = []
  const ended = kept.flatMap(({ endedAt, ...job }) => (endedAt === undefined ? [] : [{ ...job, endedAt }]))
  for (const job of ended.toSorted((a, b) => a.endedAt - b.endedAt)) {
    if (now - job.endedAt <= olderThanMs && total <= maxBytes) break
    chosen.push(job.jobId)
    for (const name of job.blobs) {
      const left = (uses.get(name) ?? 1) - 1
      uses.set(name, left)
      if (left === 0) total -= sizes.get(name) ?? 0
    }
  }
  return chosen
}

function countUses(kept: readonly Kept[]): Map<string, number> {
  const uses = new Map<string, number>()
  for (const name of kept.flatMap((job) => [...job.blobs])) uses.set(name, (uses.get(name) ?? 0) + 1)
  return uses
}

async function describe(backups: string, jobId: string): Promise<Kept> {
  const ended = await stat(endedPath(backups, jobId)).catch(() => undefined)
  return { jobId, endedAt: ended?.mtimeMs, blobs: await namedBlobs(backups, jobId) }
}

/** A crash between the two removals leaves one. A journal is older than its marker: so it is looked for later. */
async function removeLoneMarkers(backups: string): Promise<void> {
  const names = await readdir(journalsOf(backups)).catch(() => [])
  const jobIds = new Set(await listJournals(backups))
  const ended = names.flatMap((name) => (name.endsWith('.ended') ? [name.slice(0, -6)] : []))
  for (const jobId of ended.filter((id) => !jobIds.has(id))) {
    await rm(endedPath(backups, jobId), { force: true })
  }
}

function sum(blobs: readonly Blob[]): number {
  return blobs.reduce((total, { bytes }) => total + bytes, 0)
}
