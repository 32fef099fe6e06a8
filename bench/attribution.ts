import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { pidtree } from 'pidtree'
import { ProcessSnapshot } from '@runtimo/supervisor'
import { interleave, medianOf, timed } from './interleave.ts'
import { Place } from './place.ts'
import { readStats } from './read-stats.ts'
import { print, printPromises, printTimings } from './report.ts'

const forks = 10_000
const rounds = Number(process.env['ROUNDS'] ?? 15)
const loop = (count: number): string => `i=0; while [ $i -lt ${count} ]; do /bin/true; i=$((i+1)); done`

/** Whether every fork is accounted for, what that costs, and what a look at a thousand processes costs. */
export async function run(): Promise<void> {
  await using place = new Place()
  const alone = await timed(() => shell(loop(forks)))
  let counted = 0
  let method = ''
  const watched = await timed(async () => {
    const result = await place.supervisor.run(
      'ShellExec',
      { cmd: loop(forks) },
      { workingDir: place.folder, timeoutMs: 300_000 },
    )
    counted = result.usage.processes
    method = result.attribution
  })
  print(`\nAttribution (${method}): ${counted} processes counted of ${forks + 1}`)
  print(
    `  ${forks} forks: ${alone.toFixed(0)} ms alone, ${watched.toFixed(0)} ms as a job, ${(watched / alone).toFixed(2)}×`,
  )
  using crowd = await startCrowd(1000)
  const stat = 'reading /proc/N/stat of all'
  const timings = await interleave(
    [
      { name: stat, run: () => timed(async () => readStats()) },
      { name: 'ProcessSnapshot.capture', run: () => timed(() => ProcessSnapshot.capture()) },
      { name: 'pidtree', run: () => timed(() => pidtree(crowd.pid)) },
    ],
    rounds,
  )
  printTimings('A look at 1,000 processes more', timings, stat)
  printPromises([
    {
      what: `processes counted of ${forks + 1}`,
      measured: counted,
      limit: forks + 1,
      unit: '',
      atLeast: true,
    },
    {
      what: 'snapshot against reading stat alone',
      measured: medianOf(timings, 'ProcessSnapshot.capture') / medianOf(timings, stat),
      limit: 3,
      unit: '×',
    },
  ])
}

async function shell(script: string): Promise<void> {
  await once(spawn('/bin/sh', ['-c', script], { stdio: 'ignore' }), 'exit')
}

async function startCrowd(count: number): Promise<Disposable & { readonly pid: number }> {
  const script = `i=0; while [ $i -lt ${count} ]; do sleep 300 & i=$((i+1)); done; echo up; wait`
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  return { pid, [Symbol.dispose]: () => void process.kill(-pid, 'SIGKILL') }
}
