import { constants } from 'node:fs'
import { access, open } from 'node:fs/promises'
import { errnoOf } from '../linux/errno.ts'
import { backupFailure } from './failure.ts'
import { endedPath, journalPath, journalsOf } from './journal-files.ts'
import { syncDirectory } from './private-directory.ts'

/**
 * Says, durably, that a job has ended: what it kept may be pruned one day. Once more changes nothing; of a job without
 * a journal there is nothing to say.
 * @throws RT_BACKUP_FAILED
 */
export async function markEnded(backups: string, jobId: string): Promise<void> {
  const path = endedPath(backups, jobId)
  try {
    await access(journalPath(backups, jobId))
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    await (await open(path, flags, 0o600)).close()
    await syncDirectory(journalsOf(backups))
  } catch (error) {
    if (!['EEXIST', 'ENOENT', 'ENOTDIR'].includes(errnoOf(error))) throw backupFailure(path, error)
  }
}
