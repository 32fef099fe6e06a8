import process from 'node:process'
import type { WalDamage, WalEntry } from '../../wal/index.ts'
import { follow } from '../../wal/read/follow.ts'
import { readHead } from '../../wal/read/last.ts'
import { printJson } from '../print-json.ts'
import { escapeLine } from '../render/escape.ts'
import { entryHead, toJson, toRow } from './entry-row.ts'
import type { FilterFlags } from './filter.ts'
import { reading } from './reading.ts'
import { select } from './select.ts'

type Entry = WalEntry | WalDamage

interface Followed {
  readonly count: number
  readonly flags: FilterFlags
  readonly json: boolean
  readonly isWanted: (entry: Entry) => boolean
}

/** Of a table whose rows are not known beforehand. */
const widths = [8, 20, 16, 14, 14]

/** The last entries, and then what comes, until Ctrl-C or until nobody reads it. */
export async function followLog(path: string, { count, flags, json, isWanted }: Followed): Promise<void> {
  const stop = new AbortController()
  const abort = (): void => stop.abort()
  process.once('SIGINT', abort)
  process.stdout.once('error', abort)
  const print = json ? (entry: Entry) => printJson(toJson(entry)) : (entry: Entry) => printRow(toRow(entry))
  if (!json) printRow(entryHead)
  try {
    const head = await reading(path, () => readHead(path))
    const last = head?.record.seq ?? 0
    const begun = (await reading(path, () => select(path, count, flags, isWanted)))?.entries ?? []
    show(
      count === 0
        ? []
        : begun.filter((entry) => head !== undefined && (!entry.ok || entry.record.seq <= last)),
      print,
    )
    for await (const entries of follow(path, head, stop.signal)) show(entries.filter(isWanted), print)
  } finally {
    process.off('SIGINT', abort)
    process.stdout.off('error', abort)
  }
}

function show(entries: readonly Entry[], print: (entry: Entry) => void): void {
  for (const entry of entries) {
    print(entry)
    if (!entry.ok) process.exitCode = 1
  }
}

function printRow(cells: readonly string[]): void {
  const line = cells.map((cell, column) => escapeLine(cell).padEnd(widths[column] ?? 0)).join('  ')
  process.stdout.write(`${line.trimEnd()}\n`)
}
