import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { execa } from 'execa'
import { pidtree } from 'pidtree'
import { ProcessSnapshot } from '@runtimo/supervisor'
import { interleave, medianOf, timed } from './interleave.ts'
import { Place } from './place.ts'
import { readStats } from './read-stats.ts'
import type { Report } from './report.ts'

const forks = 10_000
const rounds = Number(process.env['ROUNDS'] ?? 15)
const script = `i=0; while [ $i -lt ${forks} ]; do /bin/true; i=$((i+1)); done`
const alone = `execa alone, ${forks} forks`
const watched = `as a job, ${forks} forks`
const stat = 'reading /proc/N/stat of all'
const capture = 'ProcessSnapshot.capture'

/** Whether every fork is accounted for, what that costs, and what a look at a thousand processes costs. */
export async function run(report: Report): Promise<void> {
  await using place = new Place()
  const counts: number[] = []
  const cpuMs: number[] = []
  let method = ''
  const asJob = async (): Promise<void> => {
    const before = process.cpuUsage()
    const options = { workingDir: place.folder, timeoutMs: 300_000 }
    const result = await place.supervisor.run('ShellExec', { cmd: script }, options)
    const { user, system } = process.cpuUsage(before)
    counts.push(result.usage.processes)
    cpuMs.push((user + system) / 1000)
    method = result.attribution
  }
  const loops = await interleave(
    [
      { name: alone, run: () => timed(() => execa('/bin/sh', ['-c', script])) },
      { name: watched, run: () => timed(asJob) },
    ],
    Math.min(rounds, 3),
    0,
  )
  report.timings(`Attribution (${method})`, loops, alone)
  // The kernel tells of a fork, an exec and an exit.
  const eventUs = (Math.min(...cpuMs) * 1000) / (forks * 3)
  report.figure('our CPU, all threads (designed with 35 to 45)', eventUs, 'µs an event')
  using crowd = await startCrowd(1000)
  const looks = await interleave(
    [
      { name: stat, run: () => timed(async () => readStats()) },
      { name: capture, run: () => timed(() => ProcessSnapshot.capture()) },
      { name: 'pidtree', run: () => timed(() => pidtree(crowd.pid)) },
    ],
    rounds,
  )
  report.timings('A look at 1,000 processes more', looks, stat)
  const all = forks + 1 // the shell
  report.promises([
    {
      what: `processes counted of ${all}, the fewest of ${counts.length} jobs`,
      measured: Math.min(...counts),
      limit: all,
      unit: '',
      atLeast: true,
    },
    {
      what: 'processes counted that were not its own',
      measured: Math.max(...counts) - all,
      limit: 0,
      unit: '',
    },
    {
      what: 'snapshot against reading stat alone',
      measured: medianOf(looks, capture) / medianOf(looks, stat),
      limit: 3,
      unit: '×',
    },
  ])
}

async function startCrowd(count: number): Promise<Disposable & { readonly pid: number }> {
  const many = `i=0; while [ $i -lt ${count} ]; do sleep 300 & i=$((i+1)); done; echo up; wait`
  const child = spawn('/bin/sh', ['-c', many], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  return { pid, [Symbol.dispose]: () => void process.kill(-pid, 'SIGKILL') }
}
