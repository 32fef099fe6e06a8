import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const digits = 16

/** A part of the log that is ended: it lies beside the active one, named by the seq of its first record. */
export interface EndedSegment {
  readonly path: string
  readonly firstSeq: number
}

export function endedPath(logPath: string, firstSeq: number): string {
  return `${logPath}.${String(firstSeq).padStart(digits, '0')}`
}

/** The ended segments, the oldest first; the active one is the log's own file. Empty where there is no directory. */
export async function listEnded(logPath: string): Promise<readonly EndedSegment[]> {
  const directory = dirname(logPath)
  const names = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return endedAmong(names, logPath)
}

/** Those of the names in the log's directory that are ended segments, the oldest first. */
export function endedAmong(names: readonly string[], logPath: string): readonly EndedSegment[] {
  const prefix = `${basename(logPath)}.`
  return names
    .filter((name) => name.startsWith(prefix) && /^\d{16}$/u.test(name.slice(prefix.length)))
    .map((name) => ({ path: join(dirname(logPath), name), firstSeq: Number(name.slice(prefix.length)) }))
    .toSorted((a, b) => a.firstSeq - b.firstSeq)
}
