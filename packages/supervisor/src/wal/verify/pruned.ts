import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { Batch } from '../read/scan.ts'
import { endedAmong } from '../segments.ts'

/** What the log says is pruned, as far as it is still there. */
export class Pruned {
  readonly #path: string
  readonly #found = new Set<string>()

  constructor(path: string) {
    this.#path = path
  }

  follow({ lines }: Batch): void {
    for (const { record } of lines) {
      if (record?.type !== 'wal_pruned' || !Array.isArray(record['files'])) continue
      const names = record['files'].filter((name) => typeof name === 'string' && name === basename(name))
      for (const { path } of endedAmong(names.map(String), this.#path))
        if (existsSync(path)) this.#found.add(path)
    }
  }

  /** Who prunes meanwhile writes the record first. */
  get stillThere(): readonly string[] {
    return [...this.#found].filter((path) => existsSync(path))
  }
}
