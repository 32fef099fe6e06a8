import { spawn } from 'node:child_process'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import treeKill from 'tree-kill'
import type { Supervisor } from '@runtimo/supervisor'
import { findProcesses } from '../test/support/processes.ts'
import { quantile } from './interleave.ts'
import { Place } from './place.ts'
import { print, printPromises } from './report.ts'

const rounds = Number(process.env['ROUNDS'] ?? 9)
let made = 0

/** From the deadline until the last process of a job is gone. */
export async function run(): Promise<void> {
  await using place = new Place()
  const { supervisor, folder } = place
  const few = await repeat(rounds, () => overrun(supervisor, folder, 30))
  const many = await repeat(3, () => overrun(supervisor, folder, 1000))
  const left = await treeKillLeaves(30)
  print('\nKill: milliseconds from the deadline to the result, when nobody is left')
  print(
    `  30 daemons: median ${quantile(few, 0.5).toFixed(1)}; 1,000 daemons: median ${quantile(many, 0.5).toFixed(1)}`,
  )
  print(`  tree-kill of the same 30 daemons leaves ${left} alive`)
  using delay = loopDelay()
  await overrun(supervisor, folder, 1000)
  printPromises([
    {
      what: 'deadline to last process gone, 30 daemons',
      measured: quantile(few, 0.5),
      limit: 50,
      unit: 'ms',
    },
    {
      what: 'deadline to last process gone, 1,000 daemons',
      measured: quantile(many, 0.5),
      limit: 500,
      unit: 'ms',
    },
    { what: 'event loop delay p99 while 1,000 processes run', measured: delay.p99(), limit: 20, unit: 'ms' },
  ])
}

const daemons = (count: number, name: string): string =>
  `i=0; while [ $i -lt ${count} ]; do setsid sh -c '(exec sleep ${name} &)' </dev/null >/dev/null 2>&1; i=$((i+1)); done; echo up; sleep 100`

/** How long after the kill the last of the job's processes is gone; the result comes only then. */
async function overrun(supervisor: Supervisor, workingDir: string, count: number): Promise<number> {
  const name = `4${process.pid}.${++made}`
  const controller = new AbortController()
  let cancelledAt = 0
  const result = await supervisor.run(
    'ShellExec',
    { cmd: daemons(count, name) },
    {
      workingDir,
      signal: controller.signal,
      timeoutMs: 120_000,
      limits: { processes: 4096 },
      onOutput: () => {
        cancelledAt = performance.now()
        controller.abort()
      },
    },
  )
  const goneAt = performance.now()
  if (result.outcome !== 'cancelled' || living(name).length > 0)
    throw new Error(`left: ${living(name).join(' ')}`)
  return goneAt - cancelledAt
}

async function treeKillLeaves(count: number): Promise<number> {
  const name = `4${process.pid}.${++made}`
  const child = spawn('/bin/sh', ['-c', daemons(count, name)], { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  await new Promise((resolve) => treeKill(child.pid ?? 0, 'SIGKILL', resolve))
  await sleep(100)
  const left = living(name)
  for (const pid of left) process.kill(pid, 'SIGKILL')
  return left.length
}

function living(name: string): number[] {
  return findProcesses(`sleep ${name} `)
}

async function repeat(count: number, once: () => Promise<number>): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) times.push(await once())
  return times
}

function loopDelay(): Disposable & { readonly p99: () => number } {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  return { p99: () => histogram.percentile(99) / 1e6, [Symbol.dispose]: () => void histogram.disable() }
}
