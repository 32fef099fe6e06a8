import type { FileHandle } from 'node:fs/promises'
import { BlobStore } from '../backups/blob-store.ts'
import { captureState } from '../backups/capture.ts'
import { JobJournal } from '../backups/journal.ts'
import {
  type Context,
  defineCapability,
  type FileAccess,
  type FunctionCapability,
  type Output,
} from '../capability.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { isChanged } from '../files/changed-error.ts'
import { copyContent } from '../files/copy-content.ts'
import type { Identity } from '../files/identity.ts'
import { stageFile, type StagedFile } from '../files/stage-file.ts'
import { writeAt } from '../files/write-at.ts'
import { toFileError } from '../paths/file-error.ts'
import { openPlace } from '../paths/open-place.ts'
import type { Place } from '../paths/place.ts'
import { type Args, contentBytes } from './args.ts'
import { manifest } from './manifest.ts'
import { toOutput } from './output.ts'
import { changesOf, removeCreated } from './parents.ts'
import { preview } from './preview.ts'
import { findTarget } from './target.ts'
import { attributesFor, demandExpected, openOld, startOf } from './wanted.ts'

/** Others see the old file or the new one. What was there is kept for undo before, durably, or nothing is changed. */
async function execute(args: Args, context: Context, access?: FileAccess): Promise<Output> {
  const content = contentBytes(args)
  if (context.dryRun) return await preview(args, content, context, access)
  if (access === undefined) {
    throw new RuntimoError('RT_BACKUP_FAILED', 'no directory was given in which to keep what is replaced')
  }
  const { workingDir } = context
  const createParents = args.create_parents === true
  using place = openPlace(args.path, { access, workingDir, purpose: 'write', createParents })
  try {
    return await write(args, content, { place, access, jobId: context.jobId })
  } catch (error) {
    await removeCreated(place.created, access)
    throw toFileError(error, place.path)
  }
}

interface Job {
  readonly place: Place
  readonly access: FileAccess
  readonly jobId: string
}

async function write(args: Args, content: Buffer, { place, access, jobId }: Job): Promise<Output> {
  const { path, created } = place
  const target = await findTarget(place)
  const before = await captureState(place, new BlobStore(access.backups))
  demandExpected(path, before, args.expect_sha256)
  const start = startOf(path, before, args, content.length)
  const fill = async (file: FileHandle): Promise<void> => {
    if (start > 0) {
      await using old = await openOld(place)
      await copyContent(old, file)
    }
    await writeAt(file, content, start)
  }
  await using staged = await stageFile(place, jobId, attributesFor(before, args.mode), fill)
  const { state: after, temporary } = staged
  await using journal = await JobJournal.open(access, jobId, { capability: manifest.name })
  await journal.prepare([...(await changesOf(created, access)), { path, before, after, temporary }])
  await commit(staged, target, { journal, path })
  const { size, sha256, mode } = after
  return toOutput(
    args,
    { path, before, bytes: content.length, size, sha256, mode, createdDirectories: created },
    true,
  )
}

/** What was not made because somebody else was there first is nothing to undo. */
async function commit(
  staged: StagedFile,
  target: Identity | 'absent',
  { journal, path }: { readonly journal: JobJournal; readonly path: string },
): Promise<void> {
  try {
    await staged.commit(target)
  } catch (error) {
    if (isChanged(error)) await journal.withdraw([path])
    throw error
  }
}

export const fileWrite: FunctionCapability<Args> = defineCapability<Args>({ manifest, execute })
