import process from 'node:process'
import prettyMs from 'pretty-ms'
import { toWire } from '../codec/wire.ts'
import { type LoggedJob, toJob } from '../wal/catalog/job.ts'
import { LogIndex } from '../wal/catalog/log-index.ts'
import type { WalEntry } from '../wal/index.ts'
import { reading } from './log/reading.ts'
import { showTime } from './log/time.ts'
import { parseCount } from './numbers.ts'
import { printJson } from './print-json.ts'
import { escapeLine } from './render/escape.ts'
import { table } from './render/table.ts'
import { configuredWalPath } from './wal-path.ts'

interface Options {
  readonly n?: string
  readonly session?: string
  readonly outcome?: string
  readonly json?: boolean
}

/** The jobs of the log, newest first. */
export async function jobs({ n, session, outcome, json = false }: Options): Promise<void> {
  const limit = n === undefined ? 20 : parseCount('-n', n)
  const path = await configuredWalPath()
  const found = await reading(path, async () => {
    using index = await LogIndex.open(path)
    if (session === undefined) return await index.jobs({ limit, outcome })
    const ofSession = await jobsOf(index, session)
    return ofSession.filter((job) => outcome === undefined || job.outcome === outcome).slice(0, limit)
  })
  const listed = found ?? []
  if (json) printJson(listed.map((job) => toWire(job)))
  else if (listed.length === 0) process.stdout.write(`no jobs in ${escapeLine(path)}\n`)
  else
    process.stdout.write(
      table(['JOB', 'STARTED', 'CAPABILITY', 'OUTCOME', 'TOOK', 'SESSION'], listed.map(toRow)),
    )
}

async function jobsOf(index: LogIndex, sessionId: string): Promise<LoggedJob[]> {
  const byJob = new Map<string, WalEntry[]>()
  for (const entry of await index.records({ sessionId })) {
    const jobId = entry.ok ? entry.record['job_id'] : undefined
    if (entry.ok && typeof jobId === 'string') byJob.set(jobId, [...(byJob.get(jobId) ?? []), entry])
  }
  return [...byJob].flatMap(([jobId, entries]) => toJob(jobId, entries) ?? []).toReversed()
}

function toRow({
  jobId,
  startedAt,
  capability,
  outcome,
  durationMs,
  sessionId,
}: LoggedJob): readonly string[] {
  const took = durationMs === null ? '-' : prettyMs(durationMs)
  return [jobId, showTime(startedAt), capability ?? '-', outcome, took, sessionId ?? '-']
}
