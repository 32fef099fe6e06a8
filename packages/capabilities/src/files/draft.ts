import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { errnoOf } from '../linux/errno.ts'
import { linkDescriptor } from '../linux/link.ts'
import { beside } from '../paths/beside.ts'
import type { Place } from '../paths/place.ts'

const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY
/** What file systems say that have no files without a name. */
const isUnsupported: ReadonlySet<string> = new Set(['ENOTSUP', 'EISDIR', 'EINVAL', 'ENOENT'])

/** A file beside a place, which is not yet seen there. What is left of it goes when it is disposed of. */
export class Draft implements AsyncDisposable {
  readonly file: FileHandle
  /** The name that it has beside the place, or is given for the moment of a replacement. */
  readonly temporary: string
  readonly #place: Place
  #hasName: boolean

  constructor(place: Place, file: FileHandle, temporary: string, hasName: boolean) {
    this.#place = place
    this.file = file
    this.temporary = temporary
    this.#hasName = hasName
  }

  get hasName(): boolean {
    return this.#hasName
  }

  /** Where it is under its temporary name, whoever else is there. */
  get at(): string {
    return beside(this.#place, this.temporary)
  }

  /** Gives it its temporary name, unless it has it. */
  name(): void {
    if (this.#hasName) return
    linkDescriptor(this.file.fd, this.#place.directory, this.temporary)
    this.#hasName = true
  }

  /** The temporary name is no longer ours to remove. */
  leave(): void {
    this.#hasName = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close()
    // What cannot be removed now is removed by recovery, which knows the name.
    if (this.#hasName) await unlink(this.at).catch(() => {})
  }
}

/** Without a name where the file system has such files: then a crash leaves nothing. */
export async function openDraft(place: Place, temporary: string, mode: number): Promise<Draft> {
  try {
    return await openNameless(place, temporary, mode)
  } catch (error) {
    if (isUnsupported.has(errnoOf(error))) return await openNamed(place, temporary, mode)
    throw error
  }
}

export async function openNameless(place: Place, temporary: string, mode: number): Promise<Draft> {
  const flags = O_TMPFILE | constants.O_RDWR
  return new Draft(place, await open(`/proc/self/fd/${place.directory}`, flags, mode), temporary, false)
}

export async function openNamed(place: Place, temporary: string, mode: number): Promise<Draft> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW
  const file = await open(beside(place, temporary), flags, mode)
  return new Draft(place, file, temporary, true)
}
