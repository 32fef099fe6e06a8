import { join } from 'node:path'

/** Where the journals of a directory of backups are. */
export function journalsOf(backups: string): string {
  return join(backups, 'jobs')
}

export function journalPath(backups: string, jobId: string): string {
  return join(journalsOf(backups), `${jobId}.jsonl`)
}

/** An empty file beside the journal says that the job has ended. */
export function endedPath(backups: string, jobId: string): string {
  return join(journalsOf(backups), `${jobId}.ended`)
}

/** What names a job can also name a file. */
export function isJobId(text: string): boolean {
  return /^[0-9A-Za-z_-]{1,64}$/u.test(text)
}
