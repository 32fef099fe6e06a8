import process from 'node:process'
import { isJsonObject, type Json, RuntimoError } from '@runtimo/capabilities'
import prettyMs from 'pretty-ms'
import { toJob } from '../../wal/catalog/job.ts'
import { LogIndex } from '../../wal/catalog/log-index.ts'
import type { WalEntry } from '../../wal/index.ts'
import { isJobEnd } from '../../wal/record.ts'
import { toWire } from '../../codec/wire.ts'
import { printJson } from '../print-json.ts'
import { table } from '../render/table.ts'
import { reading } from './reading.ts'
import { showTime } from './time.ts'

/** What the log says of one job. @throws RT_JOB_NOT_FOUND */
export async function showJob(path: string, jobId: string, json: boolean): Promise<void> {
  const records = await reading(path, async () => {
    using index = await LogIndex.open(path)
    return await index.records({ jobId })
  })
  const damage = records?.filter((entry) => !entry.ok) ?? []
  const entries: WalEntry[] = records?.filter((entry) => entry.ok) ?? []
  const job = toJob(jobId, entries)
  if (job === undefined) {
    const message = `${path}: no job ${jobId}${damage.length > 0 ? ', and the log is damaged' : ''}`
    throw new RuntimoError('RT_JOB_NOT_FOUND', message, { path, job_id: jobId, damaged: damage.length > 0 })
  }
  if (damage.length > 0) process.exitCode = 1
  const end = entries.find(({ record }) => isJobEnd(record))?.record
  const error = end?.['error'] ?? null
  const processes = memberOf(end?.['usage'], 'processes')
  if (json) {
    const spawned = end?.['spawned'] ?? []
    printJson({
      ...toWire(job),
      error,
      processes,
      spawned,
      records: entries.map(({ record }) => record.seq),
      damaged: damage.length,
    })
    return
  }
  const { startedAt, durationMs, capability, outcome, sessionId, firstSeq, lastSeq } = job
  const rows = [
    ['job', jobId],
    ['capability', capability ?? '-'],
    ['outcome', job.verified ? outcome : `${outcome} (unverified: history of the Rust original)`],
    ['started', showTime(startedAt)],
    ...(end === undefined ? [] : [['ended', showTime(end.ts)]]),
    ...(durationMs === null ? [] : [['took', prettyMs(durationMs)]]),
    ...(sessionId === null ? [] : [['session', sessionId]]),
    ...(typeof processes === 'number' ? [['processes', String(processes)]] : []),
    ...(error === null ? [] : [['error', showError(error)]]),
    ['records', `${firstSeq} to ${lastSeq}`],
    ...(damage.length === 0
      ? []
      : [['damage', `${damage.length} bad places in the log: see \`runtimo wal verify\``]]),
  ]
  process.stdout.write(table(['WHAT', 'VALUE'], rows))
}

function memberOf(value: Json | undefined, member: string): Json {
  return isJsonObject(value) ? (value[member] ?? null) : null
}

/** The Rust original wrote a text. */
function showError(error: Json): string {
  if (typeof error === 'string') return error
  return [memberOf(error, 'code'), memberOf(error, 'message')]
    .filter((part) => typeof part === 'string')
    .join(' ')
}
