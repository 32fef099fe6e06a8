import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import type { WalEvent } from '../packages/supervisor/src/wal/record.ts'
import { listEnded } from '../packages/supervisor/src/wal/segments.ts'
import { makeLog } from './make-log.ts'
import type { Promised, Report } from './report.ts'

const run$ = promisify(execFile)
const records = Number(process.env['RECORDS'] ?? 1_000_000)
/** Of a job in the first third of the log. */
const someJob = `01M873CAMQDZXTH4${String(Math.floor(records / 6)).padStart(10, '0')}`

interface Read {
  readonly ms: number
  readonly maxRssBytes: number
  readonly records: number
}

/** What it costs to verify and to search a log of a million records, small ones and such as jobs leave. */
export async function run(report: Report): Promise<void> {
  for (const [name, members] of [
    ['400 bytes', small()],
    ['2 kB', large()],
  ] as const) {
    const folder = await mkdtemp(join(tmpdir(), 'runtimo-bench-'))
    await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
    const path = join(folder, 'wal.jsonl')
    const bytes = await makeLog(path, records, members)
    await measure(report, name, path, bytes)
  }
}

async function measure(report: Report, name: string, path: string, bytes: number): Promise<void> {
  report.print(`\nA log of ${records} records of about ${name}: ${megabytes(bytes)} MB`)
  const files = [...(await listEnded(path)).map((segment) => segment.path), path]
  await hashAll(files) // warms the cache
  const hashed = await hashAll(files)
  const verified = await read('verify', path)
  const entries = await read('entries', path)
  const unindexed = await read('unindexed', path)
  const building = await read('index', path)
  const job = await read('job', path)
  const jobs = await read('jobs', path)
  const last = await read('last', path)
  const speed = (ms: number): string => `${(bytes / 1000 / ms).toFixed(0)} MB/s, ${(ms / hashed).toFixed(2)}×`
  report.print(`  sha256sum          ${hashed.toFixed(0)} ms  ${speed(hashed)}`)
  for (const [what, { ms, maxRssBytes }] of Object.entries({ verified, entries, unindexed, building }))
    report.print(
      `  ${what.padEnd(18)} ${ms.toFixed(0)} ms  ${speed(ms)}, at most ${megabytes(maxRssBytes)} MB of memory`,
    )
  for (const [what, { ms, records: found }] of Object.entries({ job, jobs, last }))
    report.print(`  ${what.padEnd(18)} ${ms.toFixed(1)} ms, ${found} found`)
  // Whichever is less strict.
  const ratio: Promised = {
    what: 'verify against sha256sum',
    measured: verified.ms / hashed,
    limit: 3,
    unit: '×',
  }
  const rate = {
    what: 'verify',
    measured: bytes / 1000 / verified.ms,
    limit: 150,
    unit: 'MB/s',
    atLeast: true,
  }
  report.promises([
    rate.measured >= rate.limit ? rate : ratio,
    { what: 'logs --job with the index', measured: job.ms, limit: 500, unit: 'ms' },
    { what: 'memory of verifying', measured: verified.maxRssBytes / 1e6, limit: 200, unit: 'MB' },
    { what: 'memory of reading', measured: entries.maxRssBytes / 1e6, limit: 200, unit: 'MB' },
    {
      what: 'memory of logs --job without the index',
      measured: unindexed.maxRssBytes / 1e6,
      limit: 200,
      unit: 'MB',
    },
  ])
}

async function hashAll(files: readonly string[]): Promise<number> {
  const beganAt = performance.now()
  await run$('sha256sum', files)
  return performance.now() - beganAt
}

async function read(what: string, path: string): Promise<Read> {
  const script = join(import.meta.dirname, 'read-log.mjs')
  const { stdout } = await run$(process.execPath, [
    '--conditions=runtimo-source',
    script,
    what,
    path,
    someJob,
  ])
  const { ms, maxRssBytes, records: found } = Object(JSON.parse(stdout))
  return { ms: Number(ms), maxRssBytes: Number(maxRssBytes), records: Number(found) }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

const job = {
  type: 'job_started',
  owner: { pid: 11_584, start_time: 1_368_466 },
  tenant: 'default',
  session_id: null,
  capability: 'ShellExec',
} as const

function small(): WalEvent {
  return { ...job, arguments: { bytes: 14 } }
}

/** As large as a `job_started` of a machine with four network interfaces. */
function large(): WalEvent {
  const process$ = { pid: 77, comm: 'kdamond.0', cpu_ms: 82_510, rss_bytes: 145_350_656 }
  const pressure = {
    some: { avg10: 0.04, avg60: 0.08, avg300: 0.78 },
    full: { avg10: 0, avg60: 0, avg300: 0 },
  }
  const network = ['lo', 'ifb0', 'ifb1', 'eth0'].map((name) => ({
    name,
    rx_bytes: 1_995_925_951,
    tx_bytes: 4_532_915,
  }))
  return {
    ...job,
    arguments: { sha256: '05c323cce4a3435dda92111fd627860a208be4d2ff106b2ef7591b3b58b42b6f', bytes: 14 },
    telemetry_before: {
      timestamp: 1_795_534_760,
      cpu: { model: 'AMD EPYC', count: 2 },
      memory: { total_bytes: 25_276_510_208, available_bytes: 24_691_032_064, free_bytes: 24_478_056_448 },
      network,
      pressure: { cpu: pressure, memory: pressure, io: pressure },
      disk: { path: '/work', total_bytes: 270_553_174_016, available_bytes: 84_531_904_512 },
    },
    process_before: {
      total: 82,
      top_cpu: Array.from({ length: 5 }, () => process$),
      top_memory: Array.from({ length: 4 }, () => process$),
    },
  }
}
