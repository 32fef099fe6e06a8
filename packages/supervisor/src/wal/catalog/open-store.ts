import { rm, stat } from 'node:fs/promises'
import process from 'node:process'
import { readBootId } from '../../linux/identity.ts'
import { openPrivate } from '../location.ts'
import { peekSeq, openSegments, openToRead } from '../read/segments.ts'
import { loadSqlite } from './load-sqlite.ts'
import { CatalogStore } from './store.ts'

/** Somebody else may be adding to it: so long is waited for him, and nothing else done meanwhile. */
const busyMs = 500

export function indexPath(logPath: string): string {
  return `${logPath}.index`
}

/**
 * The index beside a log; undefined where there can be none: the log is not ours, or none of ours, or nothing can be
 * written beside it. Then the log is read without.
 */
export async function openStore(
  logPath: string,
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<CatalogStore | undefined> {
  if (!(await isOurs(logPath))) return undefined
  try {
    const path = indexPath(logPath)
    if (anew) await Promise.all([rm(path, { force: true }), rm(`${path}-journal`, { force: true })])
    // SQLite would make it for others to read, and follow a link.
    await (await openPrivate(path)).close()
    const { DatabaseSync } = await loadSqlite()
    const database = new DatabaseSync(path, { timeout: busyMs })
    // A killed process leaves it whole; after a power cut it is made anew, and nothing waits for the disk.
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY')
    return new CatalogStore(database, readBootId())
  } catch {
    return undefined
  }
}

async function isOurs(logPath: string): Promise<boolean> {
  await using segments = await openSegments(logPath)
  const path = segments.active?.path ?? segments.ended.at(-1)?.path
  if (path === undefined || (await stat(path)).uid !== process.geteuid?.()) return false
  await using opened = segments.active === undefined ? await openToRead(path) : undefined
  const file = segments.active?.file ?? opened
  return file !== undefined && (segments.ended.length > 0 || (await peekSeq(file)) !== undefined)
}
