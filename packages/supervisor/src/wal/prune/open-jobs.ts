import { linesOf } from '../append/lines.ts'
import { readFirstSeq } from '../append/tail.ts'
import { decodeLine } from '../line.ts'
import { type EndedSegment, endedAmong } from '../segments.ts'
import { isJobEnd, type WalRecord } from '../record.ts'
import type { Store, StoreFile } from '../store/store.ts'

/** A place in the log, which stays one when the active segment is ended. */
interface Place {
  readonly firstSeq: number
  readonly offset: number
}

/**
 * The jobs that begin in the oldest segment and have not ended yet. What was read once is not read again: a job that
 * runs for days would have the whole log read after each rotation.
 */
export class OpenJobs {
  readonly #path: string
  readonly #store: Store
  #firstSeq = -1
  #jobs = new Set<string>()
  #readTo: Place = { firstSeq: 0, offset: 0 }

  constructor(path: string, store: Store) {
    this.#path = path
    this.#store = store
  }

  /** Whether every job that began in this segment has its end somewhere in the log. Of a damaged one nobody can tell. */
  async haveEnded(segment: EndedSegment): Promise<boolean | 'damaged'> {
    if (this.#firstSeq !== segment.firstSeq) {
      await using file = await this.#store.openExisting(segment.path)
      if (file === undefined) return false
      if (!(await this.#begin(segment, file))) return 'damaged'
    }
    const { firstSeq } = this.#readTo
    for (const { path } of endedAmong(await this.#store.list(this.#path), this.#path)
      .filter((later) => later.firstSeq >= firstSeq)
      .concat({ path: this.#path, firstSeq: 0 })) {
      if (this.#jobs.size === 0) break
      await using file = await this.#store.openExisting(path)
      if (file !== undefined) await this.#readOn(file)
    }
    return this.#jobs.size === 0
  }

  async #begin(segment: EndedSegment, file: StoreFile): Promise<boolean> {
    const jobs = new Set<string>()
    for await (const { bytes } of linesOf(file)) {
      const record = decodeLine(bytes)
      if (typeof record === 'string') return false
      const id = jobOf(record)
      if (record.type === 'job_started') jobs.add(id)
      else if (isJobEnd(record)) jobs.delete(id)
    }
    this.#firstSeq = segment.firstSeq
    this.#jobs = jobs
    this.#readTo = { firstSeq: segment.firstSeq, offset: file.size() }
    return true
  }

  async #readOn(file: StoreFile): Promise<void> {
    const firstSeq = (await readFirstSeq(file)) ?? 0
    if (firstSeq < this.#readTo.firstSeq) return
    let offset = firstSeq === this.#readTo.firstSeq ? this.#readTo.offset : 0
    for await (const line of linesOf(file, offset)) {
      if (!line.isComplete) break
      offset = line.offset + line.bytes.length + 1
      const record = decodeLine(line.bytes)
      if (typeof record !== 'string' && isJobEnd(record)) this.#jobs.delete(jobOf(record))
    }
    this.#readTo = { firstSeq, offset }
  }
}

function jobOf({ job_id: id }: WalRecord): string {
  return typeof id === 'string' ? id : ''
}
