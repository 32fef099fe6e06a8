import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { Link } from '../line.ts'
import type { ChainState } from '../read/chain.ts'
import { byName, type Named } from './by-name.ts'
import { running } from './job.ts'
import { type Addition, type Found, fresh, type Known, type NameKind } from './known.ts'
import { createTables, version } from './schema.ts'

interface Counts {
  readonly names: number
  readonly unfinished: number
}

type State = Omit<Known, 'segments'> & Counts
type Row = Readonly<Record<string, SQLOutputValue>>

const kinds: Readonly<Record<NameKind, number>> = { job: 0, session: 1, pruned: 2 }

/** The tables. Every call may throw what SQLite says of a file that is damaged or held by another process. */
export class CatalogStore implements Disposable {
  readonly #database: DatabaseSync
  readonly #bootId: string
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync, bootId: string) {
    this.#database = database
    this.#bootId = bootId
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }

  /** Undefined when nothing is known that can be relied on: it is not synced to the disk, so not after a reboot. */
  load(): Known | undefined {
    const state = this.#state()
    if (state === undefined) return undefined
    const rows = this.#all('SELECT first, bytes, last_offset, last_hash FROM segments ORDER BY first')
    const segments = rows.map((row) => ({
      first: Number(row['first']),
      bytes: Number(row['bytes']),
      lastOffset: Number(row['last_offset']),
      lastHash: String(row['last_hash']),
    }))
    return { segments, chain: state.chain, isDamaged: state.isDamaged }
  }

  reset(): void {
    this.#within(() => {
      this.#statements.clear()
      createTables(this.#database)
      this.#save(fresh, { names: 0, unfinished: 0 })
    })
  }

  /** Forgets the segments before this one, which names a record before it that is gone. */
  prune(first: number, missing: Link): void {
    this.#within(() => {
      const isTold = this.find('pruned', `${missing.seq}:${missing.prev}`) !== undefined
      this.#run(
        `UPDATE names SET places = places - (SELECT count(*) FROM places WHERE name = id AND segment < ?1)
         WHERE id IN (SELECT name FROM places WHERE segment < ?1)`,
        first,
      )
      this.#run('DELETE FROM places WHERE segment < ?', first)
      this.#run('DELETE FROM names WHERE places = 0')
      this.#run('DELETE FROM segments WHERE first < ?', first)
      const known = this.load()
      if (known === undefined) return
      const chain = { ...known.chain, missing: isTold ? undefined : missing }
      this.#save({ ...known, chain }, this.#count())
    })
  }

  /** False: another process has added something since `before` was loaded. */
  add(before: Known, after: Known, additions: readonly Addition[]): boolean {
    return this.#within(() => {
      const state = this.#state()
      const last = this.load()?.segments.at(-1)
      const expected = before.segments.at(-1)
      if (state === undefined || last?.first !== expected?.first || last?.bytes !== expected?.bytes)
        return false
      let { names } = state
      for (const named of byName(additions)) names += this.#addNamed(named) ? 1 : 0
      for (const { first, bytes, lastOffset, lastHash } of after.segments)
        this.#run('INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?)', first, bytes, lastOffset, lastHash)
      this.#save(after, { names, unfinished: this.#countUnfinished() })
      return true
    })
  }

  /** Undefined when there is no such name; null when the tables contradict themselves. */
  find(kind: NameKind, name: string): Found | null | undefined {
    const row = this.#all(
      'SELECT id, name, places FROM names WHERE kind = ? AND name = ?',
      kinds[kind],
      name,
    )[0]
    return row === undefined ? undefined : this.#withPlaces(row)
  }

  /** Jobs that have started and not ended, the oldest first. */
  unfinished(): readonly Found[] | null {
    return this.#withAllPlaces(
      this.#all('SELECT id, name, places FROM names WHERE kind = 0 AND state = 1 ORDER BY id'),
    )
  }

  /** The newest first. */
  jobs(limit: number, outcome: string | undefined): readonly Found[] | null {
    const isWanted = outcome === running ? 'state < 2' : '?2 IS NULL OR outcome = ?2'
    const rows = this.#all(
      `SELECT id, name, places FROM names WHERE kind = 0 AND state > 0 AND (${isWanted}) ORDER BY id DESC LIMIT ?1`,
      limit,
      ...(outcome === running ? [] : [outcome ?? null]),
    )
    return this.#withAllPlaces(rows)
  }

  #withAllPlaces(rows: readonly Row[]): readonly Found[] | null {
    const state = this.#state()
    const { names, unfinished } = this.#count()
    if (state?.names !== names || state.unfinished !== unfinished) return null
    const found = rows.map((row) => this.#withPlaces(row))
    return found.every((one) => one !== null) ? found : null
  }

  #withPlaces(row: Row): Found | null {
    const rows = this.#all(
      'SELECT segment, offset FROM places WHERE name = ? ORDER BY segment, offset',
      Number(row['id']),
    )
    const places = rows.map(({ segment, offset }) => ({ segment: Number(segment), offset: Number(offset) }))
    return places.length === row['places'] ? { name: String(row['name']), places } : null
  }

  /** True when the name is new. */
  #addNamed({ kind, name, places, state, outcome }: Named): boolean {
    const row = this.#prepare(
      `INSERT INTO names (kind, name, places, state, outcome) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (kind, name) DO UPDATE SET
       places = places + excluded.places, state = state | excluded.state, outcome = coalesce(outcome, excluded.outcome)
       RETURNING id, places`,
    ).get(kinds[kind], name, places.length, state, outcome ?? null)
    for (const { segment, offset } of places)
      this.#run('INSERT INTO places VALUES (?, ?, ?)', Number(row?.['id']), segment, offset)
    return row?.['places'] === places.length
  }

  #count(): Counts {
    const [names] = this.#all('SELECT count(*) AS n FROM names')
    return { names: Number(names?.['n']), unfinished: this.#countUnfinished() }
  }

  #countUnfinished(): number {
    const [unfinished] = this.#all('SELECT count(*) AS n FROM names WHERE kind = 0 AND state = 1')
    return Number(unfinished?.['n'])
  }

  #state(): State | undefined {
    const [row] = this.#all('SELECT * FROM state WHERE version = ? AND boot_id = ?', version, this.#bootId)
    if (row === undefined) return undefined
    const chain: ChainState = {
      next: toLink(row['next_seq'], row['next_prev']),
      lastSeq: row['last_seq'] === null ? undefined : Number(row['last_seq']),
      missing: toLink(row['missing_seq'], row['missing_prev']),
      isOld: false,
    }
    const isDamaged = row['is_damaged'] !== 0
    return { chain, isDamaged, names: Number(row['names']), unfinished: Number(row['unfinished']) }
  }

  #save({ chain, isDamaged }: Known, { names, unfinished }: Counts): void {
    const { next, lastSeq, missing } = chain
    this.#run(
      'INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      version,
      this.#bootId,
      next?.seq ?? null,
      next?.prev ?? null,
      lastSeq ?? null,
      missing?.seq ?? null,
      missing?.prev ?? null,
      isDamaged ? 1 : 0,
      names,
      unfinished,
    )
  }

  #all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#prepare(sql).all(...values)
  }

  #run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.#prepare(sql).run(...values)
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #within<Result>(change: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = change()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }
}

function toLink(seq: SQLOutputValue | undefined, prev: SQLOutputValue | undefined): Link | undefined {
  return seq === null || prev === null ? undefined : { seq: Number(seq), prev: String(prev) }
}
