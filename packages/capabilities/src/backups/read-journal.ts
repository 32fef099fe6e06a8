import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { isJsonObject, type JsonObject } from '../json/json.ts'
import { errnoOf } from '../linux/errno.ts'
import { damaged } from './failure.ts'
import { journalPath } from './journal-files.ts'
import { decodeLine, noSum } from './journal-line.ts'
import { parseChange, parseDirectories, parsePaths } from './parse-state.ts'
import type { Change, DirectoryAttributes } from './state.ts'

export interface JournalHeader {
  readonly jobId: string
  readonly tenant: string
  readonly sessionId: string | null
  readonly capability: string
  readonly undoes: readonly string[]
  /** Milliseconds since 1970. */
  readonly ts: number
}

/** Changes that were prepared together. */
export interface Batch {
  /** Milliseconds since 1970. */
  readonly ts: number
  readonly changes: readonly Change[]
}

export interface Journal {
  readonly header: JournalHeader
  /** Without what was withdrawn. */
  readonly batches: readonly Batch[]
  /** Prepared, and then not made: only temporary files of it may be left. */
  readonly withdrawn: readonly Change[]
  /** Directories above the paths, as they were before the changes. */
  readonly directories: ReadonlyMap<string, DirectoryAttributes>
  /** All of the changes were made, as the job itself said. */
  readonly isDone: boolean
}

const maxBytes = 268_435_456

/**
 * The journal of a job; undefined when there is none, when a crash left not even its first line, or when its header is
 * not asked for. A last line without its end was never durable, so that nothing of it was done: it does not count.
 * @throws RT_BACKUP_DAMAGED when anything else is not as it was written; errors of the system
 */
export async function readJournal(
  backups: string,
  jobId: string,
  isAskedFor: (header: JournalHeader) => boolean = () => true,
): Promise<Journal | undefined> {
  const path = journalPath(backups, jobId)
  const text = await readWhole(path)
  const [first, ...lines] = text?.split('\n').slice(0, -1) ?? []
  if (first === undefined) return undefined
  const top = decodeLine(first, noSum)
  const header = top && parseHeader(top.value, jobId)
  if (top === undefined || header === undefined) throw damaged(path, 'line 1 is not as it was written')
  if (!isAskedFor(header)) return undefined
  return { header, ...readLines(path, jobId, lines, top.sum) }
}

function readLines(
  path: string,
  jobId: string,
  lines: readonly string[],
  first: string,
): Omit<Journal, 'header'> {
  const batches: Batch[] = []
  const withdrawn = new Set<string>()
  const directories = new Map<string, DirectoryAttributes>()
  let isDone = false
  let previous = first
  for (const [index, text] of lines.entries()) {
    const line = isDone ? undefined : decodeLine(text, previous)
    const batch = line && parseBatch(line.value, jobId)
    const paths = line && parsePaths(line.value['withdrawn'])
    if (line?.value['done'] === true) isDone = true
    else if (paths !== undefined) paths.forEach((name) => withdrawn.add(name))
    else if (batch === undefined) throw damaged(path, `line ${index + 2} is not as it was written`)
    else {
      batches.push(batch)
      // The first job to see a directory saw it as it was before all.
      for (const [name, attributes] of batch.directories) {
        if (!directories.has(name)) directories.set(name, attributes)
      }
    }
    previous = line?.sum ?? previous
  }
  return { ...split(batches, withdrawn), directories, isDone }
}

function split(
  batches: readonly Batch[],
  paths: ReadonlySet<string>,
): Pick<Journal, 'batches' | 'withdrawn'> {
  const isWithdrawn = ({ path }: Change): boolean => paths.has(path)
  return {
    batches: batches
      .map(({ ts, changes }) => ({ ts, changes: changes.filter((change) => !isWithdrawn(change)) }))
      .filter(({ changes }) => changes.length > 0),
    withdrawn: batches.flatMap(({ changes }) => changes.filter(isWithdrawn)),
  }
}

function parseHeader(value: JsonObject, jobId: string): JournalHeader | undefined {
  const { v, job_id, tenant, session_id: sessionId, capability, undoes = [], ts } = value
  if (v !== 1 || job_id !== jobId || typeof tenant !== 'string' || typeof capability !== 'string')
    return undefined
  if ((sessionId !== null && typeof sessionId !== 'string') || typeof ts !== 'number') return undefined
  if (!Array.isArray(undoes) || !undoes.every((id) => typeof id === 'string')) return undefined
  return { jobId, tenant, sessionId, capability, undoes, ts }
}

function parseBatch(
  value: JsonObject,
  jobId: string,
): (Batch & { readonly directories: ReadonlyMap<string, DirectoryAttributes> }) | undefined {
  const { ts, changes } = value
  const directories = parseDirectories(value['directories'])
  if (typeof ts !== 'number' || !Array.isArray(changes) || directories === undefined) return undefined
  const parsed: Change[] = []
  for (const item of changes) {
    const change = isJsonObject(item) ? parseChange(item, jobId) : undefined
    if (change === undefined) return undefined
    parsed.push(change)
  }
  return { ts, changes: parsed, directories }
}

async function readWhole(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stat = await file.stat()
    if (stat.isFile() && stat.size <= maxBytes) return await file.readFile('utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw errnoOf(error) === 'ELOOP' ? damaged(path, 'it is a link') : error
  }
  throw damaged(path, `it is no file of at most ${maxBytes} bytes`)
}
