import { rmdirSync } from 'node:fs'
import type { BlobStore } from '../backups/blob-store.ts'
import { captureState } from '../backups/capture.ts'
import { isSameState, withoutSetId } from '../backups/same-state.ts'
import type { Change, FileState } from '../backups/state.ts'
import { copyContent } from '../files/copy-content.ts'
import { changedError } from '../files/changed-error.ts'
import { toFileError } from '../paths/file-error.ts'
import { type Identity, identityOf } from '../files/identity.ts'
import { stageFile } from '../files/stage-file.ts'
import { syncDirectory } from '../paths/sync-directory.ts'
import { errnoOf } from '../linux/errno.ts'
import type { Place } from '../paths/place.ts'
import { describeState } from './describe-state.ts'
import { makeDirectory } from './make-directory.ts'
import { placeLink, takeAway } from './names.ts'
import type { Restoration } from './plan.ts'
import { temporaryName } from './temporary-name.ts'

/** One restoration, ready: what stands there is kept, what is to stand there is on the disk beside it. */
export interface Step extends AsyncDisposable {
  readonly change: Change
  /**
   * Makes it, durably; false when a directory was to go and is not empty.
   * @throws RT_FILE_CHANGED when something else stands there by now: then that is not changed
   */
  commit(): Promise<boolean>
}

export interface Workshop {
  readonly store: BlobStore
  readonly jobId: string
}

/** @throws RT_FILE_CHANGED when it is not what was planned with; RT_BACKUP_…, RT_FILE_… */
export async function prepareStep(
  place: Place,
  { current, target }: Pick<Restoration, 'current' | 'target'>,
  { store, jobId }: Workshop,
): Promise<Step> {
  const expected = await identityOf(place)
  const before = await captureState(place, store)
  if (!isSameState(before, current)) {
    throw changedError(place.path, describeState(current), describeState(before))
  }
  const made = await prepare(place, { before, target, expected }, { store, jobId })
  const { after, temporary } = made
  const change = { path: place.path, before, after, ...(temporary === undefined ? {} : { temporary }) }
  const commit = async (): Promise<boolean> => {
    try {
      return await made.commit()
    } catch (error) {
      throw toFileError(error, place.path)
    }
  }
  return { change, commit, [Symbol.asyncDispose]: made[Symbol.asyncDispose] }
}

interface Task {
  readonly before: FileState
  readonly target: FileState
  readonly expected: Identity | 'absent'
}

interface Made extends AsyncDisposable {
  readonly after: FileState
  readonly temporary?: string
  commit(): Promise<boolean>
}

async function prepare(place: Place, task: Task, { store, jobId }: Workshop): Promise<Made> {
  const { before, expected } = task
  const after = withoutSetId(task.target)
  const temporary = temporaryName(jobId)
  switch (after.kind) {
    case 'file':
      return await stage(place, after, expected, { store, jobId })
    case 'link':
      return simple({ after, temporary }, () =>
        placeLink(place, { temporary, target: after.target, expected }),
      )
    case 'directory':
      return simple({ after }, () => makeDirectory(place, after))
    case 'absent':
      if (before.kind === 'directory') return removal(place, after)
      return simple({ after, temporary }, () => takeAway(place, temporary, expected))
  }
}

async function stage(
  place: Place,
  wanted: Extract<FileState, { kind: 'file' }>,
  expected: Identity | 'absent',
  { store, jobId }: Workshop,
): Promise<Made> {
  await using content = await store.open(wanted.sha256)
  const staged = await stageFile(place, jobId, wanted, (file) => copyContent(content, file))
  return {
    after: staged.state,
    temporary: staged.temporary,
    commit: async () => {
      await staged.commit(expected)
      return true
    },
    [Symbol.asyncDispose]: () => staged[Symbol.asyncDispose](),
  }
}

function simple(made: Pick<Made, 'after' | 'temporary'>, act: () => Promise<void>): Made {
  return {
    ...made,
    commit: async () => {
      await act()
      return true
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

function removal(place: Place, after: FileState): Made {
  return {
    after,
    commit: async () => {
      try {
        rmdirSync(place.at)
      } catch (error) {
        if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return false
        throw error
      }
      await syncDirectory(place)
      return true
    },
    [Symbol.asyncDispose]: async () => {},
  }
}
