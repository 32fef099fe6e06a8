import { setTimeout as sleep } from 'node:timers/promises'
import { openFiles } from '../catalog/files.ts'
import { type WalDamage, type WalEntry, toEntries } from '../reader.ts'
import { Chain } from './chain.ts'
import { decode, type DecodedRecord } from './decode.ts'
import { readLines } from './lines.ts'
import { hasCode } from '../../linux/errno.ts'

const pollMs = 200

/** Which file, by the seq that it begins with, and how far. */
interface Cursor {
  readonly first: number
  readonly offset: number
}

/**
 * What is appended after a record, as it comes, across rotations; from the beginning without one. Ends when the signal
 * is aborted. A record that is being written is waited for.
 */
export async function* follow(
  path: string,
  after: DecodedRecord | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly (WalEntry | WalDamage)[], void> {
  const chain = new Chain()
  if (after !== undefined) chain.follow(after)
  let cursor = after === undefined ? { first: 0, offset: 0 } : await findCursor(path, after)
  while (!signal.aborted) {
    for await (const { entries, next } of readOn(path, cursor, chain)) {
      cursor = next
      if (entries.length > 0) yield entries
      if (signal.aborted) return
    }
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }
}

async function findCursor(path: string, after: DecodedRecord): Promise<Cursor> {
  await using files = await openFiles(path)
  const offset = after.offset + after.size
  // It may have been renamed since: a file begins with no later seq than it holds.
  const file = files.list.findLast(({ first }) => first <= after.record.seq)
  return { first: file?.first ?? after.record.seq, offset }
}

async function* readOn(
  path: string,
  cursor: Cursor,
  chain: Chain,
): AsyncGenerator<{ readonly entries: readonly (WalEntry | WalDamage)[]; readonly next: Cursor }, void> {
  await using files = await openIfThere(path)
  const list = files?.list ?? []
  // Where the log was begun anew its seqs are lower than before.
  const isAnew = list.length > 0 && list.every(({ first }) => first < cursor.first)
  for (const file of list) {
    if (file.first < cursor.first && !isAnew) continue
    const start = file.first === cursor.first ? cursor.offset : 0
    if (file.size <= start) continue
    await using opened = await file.open()
    if (opened === undefined) continue
    for await (const lines of readLines(opened.file, start)) {
      const decoded = lines.filter(({ complete }) => complete).map((line) => decode(file.path, line))
      const entries = decoded.flatMap((line) => toEntries(line, chain.follow(line)))
      const last = decoded.at(-1)
      if (last !== undefined) yield { entries, next: { first: file.first, offset: last.offset + last.size } }
    }
  }
}

async function openIfThere(path: string): Promise<Awaited<ReturnType<typeof openFiles>> | undefined> {
  try {
    return await openFiles(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}
