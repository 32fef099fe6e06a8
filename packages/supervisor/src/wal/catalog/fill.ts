import type { Link } from '../line.ts'
import { lineAt } from '../read/place.ts'
import type { WalDamage } from '../reader.ts'
import { type LogFile, openFiles } from './files.ts'
import { Filling } from './filling.ts'
import { fresh, type Known, type KnownSegment } from './known.ts'
import type { CatalogStore } from './store.ts'

/** What reading on found that is no record and may yet become one. */
export interface Filled {
  readonly torn: WalDamage | undefined
}

/** Reads on from where the index ends. What it says of the past is checked by the last record that it has seen. */
export async function fill(store: CatalogStore, logPath: string): Promise<Filled> {
  while (true) {
    await using files = await openFiles(logPath)
    const known = await reconcile(store, files.list)
    const filled = await readOn(store, files.list, known)
    if (filled !== undefined) return filled
  }
}

/** What is known and still so; the index is emptied when it is of another log, or of another past of this one. */
async function reconcile(store: CatalogStore, files: readonly LogFile[]): Promise<Known> {
  const known = store.load()
  const [oldest] = files
  if (known !== undefined && oldest !== undefined && (await isOfThisLog(known.segments, files))) {
    if ((known.segments[0]?.first ?? oldest.first) === oldest.first) return known
    const missing = await beforeFirst(oldest)
    if (missing !== undefined) {
      store.prune(oldest.first, missing)
      return store.load() ?? fresh
    }
  }
  store.reset()
  return fresh
}

async function isOfThisLog(segments: readonly KnownSegment[], files: readonly LogFile[]): Promise<boolean> {
  const oldest = files[0]?.first ?? 0
  const kept = segments.filter(({ first }) => first >= oldest)
  const last = kept.at(-1)
  if (last === undefined) return segments.length === 0
  for (const [index, { first, bytes }] of kept.entries()) {
    const file = files[index]
    if (file?.first !== first || file.size < bytes) return false
    if (first !== last.first && file.size !== bytes) return false
  }
  const file = files[kept.length - 1]
  if (file === undefined) return false
  await using opened = await file.open()
  const line = opened === undefined ? undefined : await lineAt(opened.file, file.path, last.lastOffset)
  return line?.record !== undefined && line.hash === last.lastHash
}

/** The record before the first one of a file, as that names it. */
async function beforeFirst(file: LogFile): Promise<Link | undefined> {
  await using opened = await file.open()
  const line = opened === undefined ? undefined : await lineAt(opened.file, file.path, 0)
  return line?.record === undefined ? undefined : { seq: line.record.seq - 1, prev: line.record.prev }
}

/** Undefined when another process has added something meanwhile. */
async function readOn(
  store: CatalogStore,
  files: readonly LogFile[],
  known: Known,
): Promise<Filled | undefined> {
  const filling = new Filling(store, known)
  const done = known.segments.at(-1)
  for (const [index, file] of files.entries()) {
    if (done !== undefined && file.first < done.first) continue
    const start = file.first === done?.first ? done.bytes : 0
    if (start === file.size && start > 0 && index < files.length - 1) continue
    await using opened = await file.open()
    if (opened === undefined || !(await filling.read(opened.file, file, start))) return undefined
    if (filling.torn !== undefined && index < files.length - 1) filling.isDamaged = true
  }
  return filling.finish() ? { torn: filling.torn } : undefined
}
