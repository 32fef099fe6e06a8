import { resolve } from 'node:path'
import { BlobStore } from '../backups/blob-store.ts'
import type { Journal } from '../backups/read-journal.ts'
import type { DirectoryAttributes } from '../backups/state.ts'
import {
  type Context,
  defineCapability,
  type FileAccess,
  type FunctionCapability,
  type Output,
} from '../capability.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { openPlace } from '../paths/open-place.ts'
import type { Opener } from './look.ts'
import { manifest } from './manifest.ts'
import { perform } from './perform.ts'
import { planUndo } from './plan.ts'
import { toOutput } from './report.ts'
import { changesOf, type JobChange, nothing, selectJournals } from './select.ts'

interface Args {
  readonly job_id?: string
  readonly session_id?: string
  readonly paths?: readonly string[]
  readonly force?: readonly string[]
}

/** Puts back what jobs of this tenant left, or, with `dryRun`, says how. */
async function execute(args: Args, context: Context, access?: FileAccess): Promise<Output> {
  const asked = toAsked(args)
  if (access === undefined) {
    throw new RuntimoError(
      'RT_BACKUP_FAILED',
      'no backups are given: nothing is known, and nothing could be kept',
    )
  }
  const { find, open } = openers(context, access)
  const { journals, unreadable } = await selectJournals(asked, access, context.jobId)
  const changes = only(changesOf(journals), args.paths, (path) => toRecorded(path, context, find))
  const workshop = { store: new BlobStore(access.backups), jobId: context.jobId }
  const force = new Set(args.force?.map((path) => toRecorded(path, context, find)))
  const plan = await planUndo(changes, { open, store: workshop.store, force, directories: known(journals) })
  if (context.dryRun) {
    // Loaded when it is needed: every worker has this file.
    const { diffOf } = await import('./diff.ts')
    const diff = await diffOf(plan, open, workshop.store)
    return toOutput(plan, { changes, unreadable, left: [], diff })
  }
  const undoes = [...new Set(changes.map(({ jobId }) => jobId))]
  const left =
    plan.restorations.length === 0 ? [] : await perform(plan.restorations, { access, open, workshop, undoes })
  return toOutput(plan, { changes, unreadable, left })
}

function toAsked({ job_id: jobId, session_id: sessionId }: Args): { jobId: string } | { sessionId: string } {
  if (jobId !== undefined && sessionId === undefined) return { jobId }
  if (sessionId !== undefined && jobId === undefined) return { sessionId }
  const details = {
    pointer: '',
    expected: 'either job_id or session_id',
    got: jobId === undefined ? 'neither' : 'both',
  }
  const message = `arguments: expected ${details.expected}, got ${details.got}`
  throw new RuntimoError('RT_INVALID_ARGS', message, details)
}

/** @throws RT_UNDO_NOTHING for a path that no job of these has changed */
function only(
  changes: readonly JobChange[],
  paths: readonly string[] | undefined,
  resolvePath: (path: string) => string,
): readonly JobChange[] {
  if (paths === undefined) return changes
  const wanted = new Map(paths.map((path) => [resolvePath(path), path]))
  const chosen = changes.filter(({ path }) => wanted.has(path))
  const changed = new Set(chosen.map(({ path }) => path))
  const unknown = [...wanted].find(([path]) => !changed.has(path))
  if (unknown !== undefined) throw nothing(`${unknown[1]}: no change of it is known`)
  return chosen
}

/**
 * `find` opens what this job may touch; `open`, for paths out of the journals, also what the job that is undone was
 * allowed to, from whatever directory: such a path has no links, and one that has by now leads no further than `find`.
 */
function openers(
  { workingDir }: Context,
  access: FileAccess,
): { readonly find: Opener; readonly open: Opener } {
  const common = { workingDir, purpose: 'write', followLast: false } as const
  const find: Opener = (path) => openPlace(path, { ...common, access })
  const open: Opener = (path) => {
    const place = openPlace(path, { ...common, access: { ...access, roots: ['/'] } })
    if (place.path === path) return place
    place[Symbol.dispose]()
    return find(path)
  }
  return { find, open }
}

/** A path as the journals call it: without links on the way. */
function toRecorded(path: string, { workingDir }: Context, open: Opener): string {
  try {
    using place = open(path)
    return place.path
  } catch {
    return resolve(workingDir, path)
  }
}

function known(journals: readonly Journal[]): Map<string, DirectoryAttributes> {
  const found = new Map<string, DirectoryAttributes>()
  for (const { batches, directories } of journals) {
    for (const [path, attributes] of directories) if (!found.has(path)) found.set(path, attributes)
    for (const { path, before, after } of batches.flatMap((batch) => batch.changes)) {
      if (before.kind === 'directory') found.set(path, before)
      else if (after.kind === 'directory') found.set(path, after)
    }
  }
  return found
}

export const undo: FunctionCapability<Args> = defineCapability<Args>({ manifest, execute })
