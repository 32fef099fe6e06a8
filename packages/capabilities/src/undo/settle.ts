import { BlobStore } from '../backups/blob-store.ts'
import { type Journal, readJournal } from '../backups/read-journal.ts'
import { isSameState } from '../backups/same-state.ts'
import type { Change } from '../backups/state.ts'
import { look } from './look.ts'
import { openRecorded } from './recorded-place.ts'
import { rollBack } from './roll-back.ts'
import { handBack, removeTemporaries } from './temporaries.ts'

export interface SettledPath {
  readonly path: string
  /** What stands there now: from before the job, by the job, or by somebody else since. */
  readonly is: 'old' | 'new' | 'other'
  readonly reason?: string
}

/** What became of the files of a job that was cut short. */
export interface Settlement {
  /** `none`: it had changed nothing. `kept`: all was done. `damaged`: its journal says nothing, and nothing is touched. */
  readonly files: 'none' | 'kept' | 'rolled_back' | 'damaged'
  readonly paths: readonly SettledPath[]
  /** Paths of the temporary files that are removed. */
  readonly temporaries: readonly string[]
  readonly damage?: string
}

/**
 * Ends what a job was about when it was cut short: all of its changes are made, or none. To be called when none of its
 * processes lives. Once more changes nothing. `dryRun` changes nothing at all, and says what would be.
 */
export async function settleJournal(
  backups: string,
  jobId: string,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Settlement> {
  let journal: Journal | undefined
  try {
    journal = await readJournal(backups, jobId)
  } catch (error) {
    const damage = error instanceof Error ? error.message : String(error)
    return { files: 'damaged', paths: [], temporaries: [], damage }
  }
  const changes = journal?.batches.flatMap((batch) => batch.changes) ?? []
  const prepared = [...changes, ...(journal?.withdrawn ?? [])]
  if (journal === undefined || prepared.length === 0) return { files: 'none', paths: [], temporaries: [] }
  for (const change of prepared) await handBack(change, dryRun)
  const temporaries = await removeTemporaries(prepared, jobId, dryRun)
  if (changes.length === 0) return { files: 'none', paths: [], temporaries }
  const seen = await lookAtAll(changes)
  // One file is old or new by itself; of several only the job could say that all are done.
  const isKept =
    journal.isDone || (journal.header.capability !== 'Undo' && seen.every(({ is }) => is === 'new'))
  if (isKept) return { files: 'kept', paths: seen, temporaries }
  if (dryRun) return { files: 'rolled_back', paths: seen.map(foretell), temporaries }
  const left = await rollBack(changes, openRecorded, { store: new BlobStore(backups), jobId })
  const reasons = new Map(left.map(({ path, reason }) => [path, reason]))
  const paths = (await lookAtAll(changes)).map((item) => withReason(item, reasons.get(item.path)))
  return { files: 'rolled_back', paths, temporaries }
}

async function lookAtAll(changes: readonly Change[]): Promise<SettledPath[]> {
  const seen: SettledPath[] = []
  for (const change of changes) seen.push(await lookAt(change))
  return seen
}

async function lookAt({ path, before, after }: Change): Promise<SettledPath> {
  try {
    const sight = await look(path, openRecorded)
    if ('obstacle' in sight) return { path, is: 'other', reason: `there is ${sight.obstacle}` }
    if (isSameState(sight.state, after)) return { path, is: 'new' }
    return { path, is: isSameState(sight.state, before) ? 'old' : 'other' }
  } catch (error) {
    return { path, is: 'other', reason: error instanceof Error ? error.message : String(error) }
  }
}

function foretell(item: SettledPath): SettledPath {
  return item.is === 'new' ? { path: item.path, is: 'old' } : item
}

function withReason(item: SettledPath, reason: string | undefined): SettledPath {
  return reason === undefined ? item : { ...item, reason }
}
