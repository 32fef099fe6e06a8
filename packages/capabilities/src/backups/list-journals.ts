import { readdir } from 'node:fs/promises'
import { findPrivateDirectory } from './private-directory.ts'
import { isJobId, journalsOf } from './journal-files.ts'

const suffix = '.jsonl'

/**
 * The ids of all jobs that have a journal, the oldest first; none where nothing was ever kept.
 * @throws RT_BACKUP_FAILED when the directory is not ours alone
 */
export async function listJournals(backups: string): Promise<readonly string[]> {
  const directory = await findPrivateDirectory(journalsOf(backups))
  if (directory === undefined) return []
  await directory.close()
  return (await readdir(journalsOf(backups)))
    .flatMap((name) => (name.endsWith(suffix) ? [name.slice(0, -suffix.length)] : []))
    .filter(isJobId)
    .toSorted()
}
