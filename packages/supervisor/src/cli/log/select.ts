import { LogIndex } from '../../wal/catalog/log-index.ts'
import { type WalDamage, type WalEntry, WalReader } from '../../wal/index.ts'
import { lastEntries } from '../../wal/read/last.ts'
import { type FilterFlags, isFiltered } from './filter.ts'

type Entry = WalEntry | WalDamage

export interface Selected {
  readonly entries: readonly Entry[]
  /** Bad places that come before what is shown. */
  readonly hiddenDamage: number
}

/** The last entries that are asked for, by the shortest way: from the end, by the index, or through the whole log. */
export async function select(
  path: string,
  count: number,
  flags: FilterFlags,
  isWanted: (entry: Entry) => boolean,
): Promise<Selected> {
  if (!isFiltered(flags)) return { entries: await lastEntries(path, count), hiddenDamage: 0 }
  const last = new Last(count)
  const { job, session } = flags
  if (job === undefined && session === undefined) {
    for await (const batch of new WalReader(path).batches()) last.add(batch.filter(isWanted))
  } else {
    using index = await LogIndex.open(path)
    const query = job === undefined ? { sessionId: session ?? '' } : { jobId: job }
    last.add((await index.records(query)).filter(isWanted))
  }
  return last
}

class Last implements Selected {
  entries: readonly Entry[] = []
  hiddenDamage = 0
  readonly #count: number

  constructor(count: number) {
    this.#count = count
  }

  add(more: readonly Entry[]): void {
    const all = [...this.entries, ...more]
    const shownFrom = Math.max(0, all.length - this.#count)
    this.entries = all.slice(shownFrom)
    this.hiddenDamage += all.slice(0, shownFrom).filter(({ ok }) => !ok).length
  }
}
