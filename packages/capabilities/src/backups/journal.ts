import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { FileAccess } from '../capability.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { writeAt } from '../files/write-at.ts'
import { ancestorPaths, describeDirectory } from './ancestors.ts'
import { backupFailure } from './failure.ts'
import { isJobId, journalPath, journalsOf } from './journal-files.ts'
import { encodeLine, noSum } from './journal-line.ts'
import { openPrivateDirectory } from './private-directory.ts'
import type { Change, DirectoryAttributes } from './state.ts'

/** Which capability changes files; of Undo also the jobs that it undoes. */
export interface JournalPurpose {
  readonly capability: string
  readonly undoes?: readonly string[]
}

/**
 * What one job is about to change, durable before it is changed: `jobs/<job id>.jsonl` below the directory of the
 * backups. A job that changes nothing leaves none.
 */
export class JobJournal implements AsyncDisposable {
  readonly #path: string
  readonly #header: object
  readonly #directory: FileHandle
  #file: FileHandle | undefined
  #sum = noSum
  #bytes = 0
  #failure: RuntimoError | undefined
  readonly #described = new Set<string>()

  private constructor(path: string, header: object, directory: FileHandle) {
    this.#path = path
    this.#header = header
    this.#directory = directory
  }

  /** Checks, or makes, the directory; the file is made by the first change. @throws RT_BACKUP_FAILED */
  static async open(
    access: FileAccess,
    jobId: string,
    { capability, undoes }: JournalPurpose,
  ): Promise<JobJournal> {
    const { backups, tenant, sessionId } = access
    if (!isJobId(jobId)) {
      throw new RuntimoError('RT_BACKUP_FAILED', `${JSON.stringify(jobId)} is no job id`, { job_id: jobId })
    }
    const header = { v: 1, job_id: jobId, tenant, session_id: sessionId, capability, undoes, ts: Date.now() }
    try {
      await (await openPrivateDirectory(backups)).close()
      return new JobJournal(
        journalPath(backups, jobId),
        header,
        await openPrivateDirectory(journalsOf(backups)),
      )
    } catch (error) {
      throw backupFailure(journalsOf(backups), error)
    }
  }

  /** Changes that are about to be made: durable when it resolves. @throws RT_BACKUP_FAILED */
  async prepare(changes: readonly Change[]): Promise<void> {
    await this.#append({ ts: Date.now(), changes, directories: this.#describe(changes) })
  }

  /**
   * Says, durably, that of what was prepared for these paths nothing was made, or nothing is left. Why it was not made
   * says more than that this cannot be said.
   */
  async withdraw(paths: readonly string[]): Promise<void> {
    if (paths.length > 0) await this.#append({ ts: Date.now(), withdrawn: paths }).catch(() => {})
  }

  /** Says, durably, that all of the changes are made: from here on a crash does not take them back. @throws RT_BACKUP_FAILED */
  async complete(): Promise<void> {
    await this.#append({ ts: Date.now(), done: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close()
    await this.#directory.close()
  }

  /** After a failed write nobody knows what is on the disk: nothing more is written. */
  async #append(value: object): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      const isNew = this.#file === undefined
      this.#file ??= await this.#create()
      const lines = isNew ? [this.#encode(this.#header), this.#encode(value)] : [this.#encode(value)]
      const bytes = Buffer.from(lines.join(''))
      await writeAt(this.#file, bytes, this.#bytes)
      this.#bytes += bytes.length
      await this.#file.sync()
      if (isNew) await this.#directory.sync()
    } catch (error) {
      this.#failure = backupFailure(this.#path, error)
      throw this.#failure
    }
  }

  async #create(): Promise<FileHandle> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    return await open(this.#path, flags, 0o600)
  }

  #encode(value: object): string {
    const { bytes, sum } = encodeLine(value, this.#sum)
    this.#sum = sum
    return bytes
  }

  /** Mode and owner of each directory above, once: a later Undo may have to make them again. */
  #describe(changes: readonly Change[]): Readonly<Record<string, DirectoryAttributes>> {
    const paths = new Set(changes.flatMap(({ path }) => ancestorPaths(path))).difference(this.#described)
    const entries = [...paths].flatMap((path) => {
      this.#described.add(path)
      const attributes = describeDirectory(path)
      return attributes === undefined ? [] : [[path, attributes] as const]
    })
    return Object.fromEntries(entries)
  }
}
