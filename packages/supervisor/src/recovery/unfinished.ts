import { hasCode } from '../linux/errno.ts'
import { LogIndex } from '../wal/catalog/log-index.ts'
import type { WalRecord } from '../wal/index.ts'

/**
 * The records of the jobs that were started and have no end, job after job; none where there is no log yet, or
 * something else that the writer will refuse by name.
 */
export async function readUnfinished(walPath: string): Promise<readonly WalRecord[]> {
  try {
    using index = await LogIndex.open(walPath)
    const jobs = await index.unfinished()
    return jobs.flatMap(({ records }) => records.map(({ record }) => record))
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EISDIR', 'ENXIO', 'ELOOP', 'ENOTDIR', 'EACCES')) return []
    throw error
  }
}
