import process from 'node:process'
import { entryHead, toJson, toRow } from './log/entry-row.ts'
import { type FilterFlags, parseFilter } from './log/filter.ts'
import { followLog } from './log/follow.ts'
import { reading } from './log/reading.ts'
import { select } from './log/select.ts'
import { parseCount } from './numbers.ts'
import { printJson } from './print-json.ts'
import { escapeLine } from './render/escape.ts'
import { table } from './render/table.ts'
import { configuredWalPath } from './wal-path.ts'

interface Options extends FilterFlags {
  readonly n?: string
  readonly follow?: boolean
  readonly json?: boolean
}

/** Damage is shown where it stands, and makes the exit code 1. */
export async function logs({ n, follow = false, json = false, ...flags }: Options): Promise<void> {
  const count = n === undefined ? 20 : parseCount('-n', n)
  const isWanted = parseFilter(flags)
  const path = await configuredWalPath()
  if (follow) {
    await followLog(path, { count, flags, json, isWanted })
    return
  }
  const selected = await reading(path, () => select(path, count, flags, isWanted))
  const { entries, hiddenDamage } = selected ?? { entries: [], hiddenDamage: 0 }
  if (hiddenDamage > 0 || entries.some(({ ok }) => !ok)) process.exitCode = 1
  if (json) printJson(entries.map(toJson))
  else if (entries.length === 0) process.stdout.write(`no records in ${escapeLine(path)}\n`)
  else process.stdout.write(table(entryHead, entries.map(toRow)))
  if (hiddenDamage > 0)
    process.stderr.write(`${hiddenDamage} damaged places before these: see \`runtimo wal verify\`\n`)
}
