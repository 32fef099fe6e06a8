import type { Stats } from 'node:fs'
import process from 'node:process'
import { makeEmpty, mayMakeEmpty, removeEmpty, removeFile } from './held-file.ts'
import type { Protection } from './protect.ts'
import { isOwnerAlive, type LedgerEntry, type Placed, PlaceholderLedger } from './placeholder-ledger.ts'

/**
 * Empty files and dead sockets on the host, in the places of files that a job must not make: what is not there cannot be
 * covered. They go after the job, unless somebody wrote into them or another job relies on them.
 */
export class Placeholders implements AsyncDisposable {
  readonly #ledger: PlaceholderLedger
  readonly #entry: LedgerEntry
  readonly #forbidden: readonly string[]
  /** Paths of the view to be frozen: what could be made, or was there by then. */
  readonly frozen: readonly string[]

  private constructor(
    ledger: PlaceholderLedger,
    entry: LedgerEntry,
    frozen: readonly string[],
    forbidden: readonly string[],
  ) {
    this.#ledger = ledger
    this.#entry = entry
    this.frozen = frozen
    this.#forbidden = forbidden
  }

  /** @param folder of our state, shared by all supervisors of this user */
  static async place(
    folder: string,
    { placeholders, forbidden }: Pick<Protection, 'placeholders' | 'forbidden'>,
  ): Promise<Placeholders> {
    const ledger = new PlaceholderLedger(folder)
    await using _ = await ledger.lock()
    const paths = placeholders.map(({ path }) => path)
    const others = holdersOf(ledger.entries(), paths)
    const begun = ledger.begin(paths)
    const placed: Placed[] = []
    const frozen: string[] = []
    try {
      for (const { path, seen, kind } of placeholders) {
        const made = makeEmpty(path, kind)
        if (made === 'impossible') continue
        frozen.push(...seen)
        const inode = made === 'exists' ? holderOf(others, path) : made
        if (inode !== undefined) placed.push({ path, inode })
      }
      return new Placeholders(ledger, ledger.update(begun, placed), frozen, forbidden)
    } catch (error) {
      clear(ledger, begun)
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using _ = await this.#ledger.lock()
    clear(this.#ledger, this.#entry)
    for (const path of this.#forbidden) removeFile(path)
  }
}

/** Paths of the view that would be frozen, had they been placed now. */
export function foreseeFrozen({ placeholders }: Pick<Protection, 'placeholders'>): string[] {
  return placeholders.filter(({ path }) => mayMakeEmpty(path)).flatMap(({ seen }) => seen)
}

/** Removes what supervisors left that are dead. Returns the paths. */
export async function removeStalePlaceholders(folder: string): Promise<string[]> {
  const ledger = new PlaceholderLedger(folder)
  await using _ = await ledger.lock()
  const dead = ledger.entries().filter((entry) => !isOwnerAlive(entry))
  return dead.flatMap((entry) => clear(ledger, entry))
}

function clear(ledger: PlaceholderLedger, entry: LedgerEntry): string[] {
  const entries = ledger.entries().filter(({ file }) => file !== entry.file)
  const others = holdersOf(
    entries,
    entry.placed.map(({ path }) => path),
  )
  const removed = entry.placed.filter(
    (placed) =>
      holderOf(others, placed.path) === undefined &&
      removeEmpty(placed.path, (stat) => isOurs(stat, placed, entry)),
  )
  ledger.remove(entry)
  return removed.map(({ path }) => path)
}

/** Whoever lives and holds one of these. Nobody else is asked whether he lives, for that reads /proc. */
function holdersOf(entries: readonly LedgerEntry[], paths: readonly string[]): LedgerEntry[] {
  const wanted = new Set(paths)
  return entries.filter((entry) => entry.placed.some(({ path }) => wanted.has(path)) && isOwnerAlive(entry))
}

function holderOf(entries: readonly LedgerEntry[], path: string): Placed['inode'] {
  return entries.flatMap(({ placed }) => placed).find((placed) => placed.path === path)?.inode
}

/** Where we died before its number was known: of our making, by mode, owner and age. */
function isOurs(stat: Stats, { inode }: Placed, { since }: LedgerEntry): boolean {
  if (inode !== undefined) return stat.ino === inode.ino && stat.dev === inode.dev
  return stat.uid === process.geteuid?.() && stat.birthtimeMs >= since - 1000
}
