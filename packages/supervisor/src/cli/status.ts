import { stat } from 'node:fs/promises'
import process from 'node:process'
import prettyBytes from 'pretty-bytes'
import { toWire } from '../codec/wire.ts'
import { LogIndex } from '../wal/catalog/log-index.ts'
import { lastEntries, readHead } from '../wal/read/last.ts'
import { listEnded } from '../wal/segments.ts'
import { showJob } from './log/one-job.ts'
import { reading } from './log/reading.ts'
import { showTime } from './log/time.ts'
import { printJson } from './print-json.ts'
import { table } from './render/table.ts'
import { configuredWalPath } from './wal-path.ts'

interface Options {
  readonly job?: string
  readonly json?: boolean
}

interface LogStatus {
  readonly path: string
  /** Of all segments. */
  readonly bytes: number
  readonly segments: number
  readonly seq: number
  readonly hash: string | null
  /** Unix seconds of the last record. */
  readonly lastTs: number | null
  /** Jobs without an end, the oldest first. */
  readonly openJobs: readonly string[]
  /** Bytes of disk that are kept for the ends of running jobs. */
  readonly reserveBytes: number
}

/** How the log stands, or with `job` what it says of one. @throws RT_JOB_NOT_FOUND, RT_WAL_CORRUPT */
export async function status({ job, json = false }: Options): Promise<void> {
  const path = await configuredWalPath()
  if (job !== undefined) {
    await showJob(path, job, json)
    return
  }
  const found = await reading(path, () => readStatus(path))
  if (found === undefined) {
    if (json) printJson({ path, segments: 0 })
    else process.stdout.write(table(['WHAT', 'VALUE'], [['log', `${path}: none yet`]]))
  } else if (json) printJson(toWire(found))
  else process.stdout.write(table(['WHAT', 'VALUE'], toRows(found)))
}

async function readStatus(path: string): Promise<LogStatus> {
  const head = (await isOld(path)) ? undefined : await readHead(path)
  using index = await LogIndex.open(path)
  const open = await index.unfinished()
  const ended = await listEnded(path)
  const sizes = await Promise.all([path, ...ended.map((segment) => segment.path)].map(sizeOf))
  const there = sizes.filter((size) => size !== undefined)
  return {
    path,
    bytes: there.reduce((sum, size) => sum + size, 0),
    segments: there.length,
    seq: head?.record.seq ?? 0,
    hash: head?.hash ?? null,
    lastTs: head?.record.ts ?? null,
    openJobs: open.map(({ jobId }) => jobId),
    reserveBytes: (await sizeOf(`${path}.reserve`)) ?? 0,
  }
}

/** History of the Rust original has no head. */
async function isOld(path: string): Promise<boolean> {
  const [last] = await lastEntries(path, 1)
  return last?.ok === true && !last.verified
}

async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}

function toRows({ path, bytes, segments, seq, hash, lastTs, openJobs, reserveBytes }: LogStatus): string[][] {
  return [
    ['log', path],
    ['size', `${prettyBytes(bytes)} in ${segments} ${segments === 1 ? 'file' : 'files'}`],
    ['head', hash === null ? 'no record' : `seq ${seq}, ${hash}`],
    ...(lastTs === null ? [] : [['last record', showTime(lastTs)]]),
    ['open jobs', openJobs.length === 0 ? 'none' : openJobs.join(' ')],
    ['reserve', prettyBytes(reserveBytes)],
  ]
}
