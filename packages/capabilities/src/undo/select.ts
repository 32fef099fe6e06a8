import { listJournals } from '../backups/list-journals.ts'
import { isJobId } from '../backups/journal-files.ts'
import { type Journal, type JournalHeader, readJournal } from '../backups/read-journal.ts'
import type { Change } from '../backups/state.ts'
import type { FileAccess } from '../capability.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'

/** What is to be undone. */
export interface Asked {
  readonly jobId?: string
  readonly sessionId?: string
}

export interface Selected {
  /** The oldest first. */
  readonly journals: readonly Journal[]
  /** Journals that cannot be read, so that nobody knows whose they are. */
  readonly unreadable: number
}

export interface JobChange extends Change {
  readonly jobId: string
}

/**
 * The journals of a job or of a session that this tenant may undo. Of those of others nothing is told, not even that
 * they are there.
 * @throws RT_UNDO_NOTHING, RT_BACKUP_DAMAGED
 */
export async function selectJournals(asked: Asked, access: FileAccess, ownJobId: string): Promise<Selected> {
  const selected =
    asked.jobId === undefined
      ? await ofSession(asked.sessionId ?? '', access, ownJobId)
      : await ofJob(asked.jobId, access)
  const journals = selected.journals.filter(({ batches }) => batches.length > 0)
  if (journals.length > 0) return { ...selected, journals }
  const [what, name] = asked.jobId === undefined ? ['session', asked.sessionId] : ['job', asked.jobId]
  const known = selected.journals.some(({ withdrawn }) => withdrawn.length > 0)
    ? 'nothing was done to files by'
    : 'no change of files is known of'
  throw nothing(`${known} the ${what} ${name ?? ''}`)
}

/** Every change of these jobs, in the order in which they were made. */
export function changesOf(journals: readonly Journal[]): JobChange[] {
  const timed = journals.flatMap(({ header: { jobId }, batches }) =>
    batches.flatMap(({ ts, changes }) => changes.map((change) => ({ ts, change: { ...change, jobId } }))),
  )
  // A sort keeps the order of those that are equal: by job, then as they stand in its journal.
  return timed.toSorted((a, b) => a.ts - b.ts).map(({ change }) => change)
}

export function nothing(message: string): RuntimoError {
  return new RuntimoError('RT_UNDO_NOTHING', message)
}

async function ofJob(jobId: string, { backups, tenant }: FileAccess): Promise<Selected> {
  const journal = isJobId(jobId)
    ? await readJournal(backups, jobId, (header) => header.tenant === tenant)
    : undefined
  return { journals: journal === undefined ? [] : [journal], unreadable: 0 }
}

async function ofSession(
  sessionId: string,
  { backups, tenant }: FileAccess,
  ownJobId: string,
): Promise<Selected> {
  const journals: Journal[] = []
  let unreadable = 0
  for (const jobId of await listJournals(backups)) {
    let isOurs: boolean | undefined
    const isAskedFor = (header: JournalHeader): boolean => {
      isOurs = header.tenant === tenant && header.sessionId === sessionId && jobId !== ownJobId
      return isOurs
    }
    try {
      const journal = await readJournal(backups, jobId, isAskedFor)
      if (journal !== undefined) journals.push(journal)
    } catch (error) {
      if (isOurs === true) throw error
      unreadable += 1
    }
  }
  return { journals, unreadable }
}
