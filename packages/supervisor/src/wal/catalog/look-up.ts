import { lineAt } from '../read/place.ts'
import type { WalEntry } from '../reader.ts'
import { openFiles } from './files.ts'
import type { Found, NameKind } from './known.ts'

/**
 * The records at the places of an index, of each name in its order. Undefined when the log does not have at each place
 * a record, intact by its checksum, of that name: the index is wrong, or the log has changed since.
 */
export async function lookUp(
  logPath: string,
  kind: NameKind,
  names: readonly Found[],
): Promise<ReadonlyMap<string, readonly WalEntry[]> | undefined> {
  const member = kind === 'job' ? 'job_id' : 'session_id'
  const entries = new Map<string, WalEntry[]>(names.map(({ name }) => [name, []]))
  const segments = new Set(names.flatMap(({ places }) => places.map(({ segment }) => segment)))
  await using files = await openFiles(logPath)
  const bySeq = new Map(files.list.map((file) => [file.first, file]))
  // One file after the other: a session may be spread over more of them than can be open at once.
  for (const segment of [...segments].toSorted((a, b) => a - b)) {
    const listed = bySeq.get(segment)
    await using opened = await listed?.open()
    if (listed === undefined || opened === undefined) return undefined
    for (const { name, places } of names) {
      for (const place of places) {
        if (place.segment !== segment) continue
        const line = await lineAt(opened.file, listed.path, place.offset)
        if (line?.record?.v !== 1 || line.record[member] !== name) return undefined
        const { file, offset, record } = line
        entries.get(name)?.push({ ok: true, verified: true, file, offset, record })
      }
    }
  }
  return entries
}
