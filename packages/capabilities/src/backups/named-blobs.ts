import { readFile } from 'node:fs/promises'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { journalPath } from './journal-files.ts'
import { readJournal } from './read-journal.ts'

/** Which contents a job's undo needs. Of a damaged journal all that it names: what is left of it may help a person. */
export async function namedBlobs(backups: string, jobId: string): Promise<ReadonlySet<string>> {
  try {
    const journal = await readJournal(backups, jobId)
    const changes = journal?.batches.flatMap((batch) => batch.changes) ?? []
    return new Set(changes.flatMap(({ before }) => (before.kind === 'file' ? [before.sha256] : [])))
  } catch (error) {
    if (!(error instanceof RuntimoError)) throw error
    const text = await readFile(journalPath(backups, jobId), 'latin1')
    return new Set([...text.matchAll(/"sha256":"([0-9a-f]{64})"/gu)].flatMap(([, sha256 = '']) => sha256))
  }
}
