import { randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { FileState } from '../backups/state.ts'
import type { Place } from '../paths/place.ts'
import { type FileAttributes, readAttributes, setAttributes } from './attributes.ts'
import { commitDraft } from './commit-draft.ts'
import { type Draft, openDraft } from './draft.ts'
import { toFileError } from '../paths/file-error.ts'
import { hashFile } from './hash-file.ts'
import type { Identity } from './identity.ts'

/** A whole file beside its place, on the disk, which nobody sees yet. */
export interface StagedFile extends AsyncDisposable {
  readonly state: Extract<FileState, { kind: 'file' }>
  /** The name beside the place that a crash may leave, now or in the middle of the commit. */
  readonly temporary: string
  /**
   * Puts it at the place in one step; durable when it resolves.
   * @throws RT_FILE_CHANGED when something else than `expected` stands there: then that is not changed
   */
  commit(expected: Identity | 'absent'): Promise<void>
}

/**
 * Writes a file beside the place, in the same directory, and syncs it. Attributes that are not named are those of a new
 * file: by the umask, or the directory's default ACL. Whoever may not read it in the end never may.
 * @throws RT_FILE_PERMISSION also when attributes cannot be kept; RT_FILE_IO; nothing is left then
 */
export async function stageFile(
  place: Place,
  jobId: string,
  attributes: Partial<FileAttributes>,
  write: (file: FileHandle) => Promise<void>,
): Promise<StagedFile> {
  const temporary = `.runtimo-${jobId}-${randomBytes(4).toString('hex')}`
  try {
    await using stack = new AsyncDisposableStack()
    const draft = stack.use(await openDraft(place, temporary, attributes.mode === undefined ? 0o666 : 0o600))
    const state = await fill(draft.file, place.path, attributes, write)
    return toStaged(place, draft, state, stack.move())
  } catch (error) {
    throw toFileError(error, place.path)
  }
}

async function fill(
  file: FileHandle,
  path: string,
  attributes: Partial<FileAttributes>,
  write: (file: FileHandle) => Promise<void>,
): Promise<StagedFile['state']> {
  await write(file)
  await setAttributes(file, path, attributes)
  await file.sync()
  const { size } = await file.stat()
  return { kind: 'file', sha256: await hashFile(file), size, ...(await readAttributes(file)) }
}

function toStaged(
  place: Place,
  draft: Draft,
  state: StagedFile['state'],
  stack: AsyncDisposableStack,
): StagedFile {
  return {
    state,
    temporary: draft.temporary,
    commit: async (expected) => {
      try {
        await commitDraft(place, draft, expected)
      } catch (error) {
        throw toFileError(error, place.path)
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
