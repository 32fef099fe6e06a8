import { join } from 'node:path'
import process from 'node:process'
import { execa } from 'execa'
import type { Report } from './report.ts'

const jobs = Number(process.env['JOBS'] ?? 10_000)
const samples = 40

/** Bytes after so many jobs; of `heap…` and `external` only what the supervisor's own thread has. */
interface Sample {
  readonly jobs: number
  readonly rss: number
  readonly heapTotal: number
  readonly heapUsed: number
  readonly external: number
}

/** What a supervisor weighs after many jobs, and whether it grows. Nobody asks it to collect garbage. */
export async function run(report: Report): Promise<void> {
  report.print(`\nSoak: ${jobs} jobs of 16 callers, nine FileRead to one sandboxed ShellExec`)
  const taken: Sample[] = []
  const script = join(import.meta.dirname, 'soak-jobs.mjs')
  const args = [...process.execArgv, script, String(jobs), String(jobs / samples)]
  for await (const line of execa(process.execPath, args, { stderr: 'inherit' })) {
    const sample: Sample = JSON.parse(line)
    taken.push(sample)
    if (sample.jobs % (jobs / 10) > 0) continue
    const { rss, heapTotal, heapUsed, external } = sample
    report.print(
      `  ${String(sample.jobs).padStart(6)} jobs: RSS ${mb(rss)}, heap ${mb(heapUsed)} of ${mb(heapTotal)}, external ${mb(external)} MB`,
    )
  }
  const half = taken.filter((sample) => sample.jobs >= jobs / 2)
  const growth = slopeOf(half.map((sample) => [sample.jobs, sample.rss])) * 1000
  report.promises([
    {
      what: `supervisor after ${jobs / 2} jobs, RSS`,
      measured: (half[0]?.rss ?? Number.NaN) / 1e6,
      ...light,
    },
    {
      what: `supervisor after ${jobs} jobs, RSS`,
      measured: (half.at(-1)?.rss ?? Number.NaN) / 1e6,
      ...light,
    },
    {
      what: `growth for 1,000 jobs, fitted from ${jobs / 2} to ${jobs}`,
      measured: growth / 1e6,
      limit: 0.5,
      unit: 'MB',
      why,
    },
  ])
}

const why = "The supervisor's memory"
const light = { limit: 120, unit: 'MB', why }

/** Of the straight line that is nearest to the points: least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const meanX = mean(points.map(([x]) => x))
  const meanY = mean(points.map(([, y]) => y))
  const rise = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return rise / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
