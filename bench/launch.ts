import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { RunOptions, Supervisor } from '@runtimo/supervisor'
import { type Contender, interleave, medianOf, timed } from './interleave.ts'
import { findTool, Place } from './place.ts'
import { readStats } from './read-stats.ts'
import { print, printPromises, printTimings } from './report.ts'

const rounds = Number(process.env['ROUNDS'] ?? 40)
const module = fileURLToPath(new URL('./echo.mjs', import.meta.url))
const namespaces = ['--user', '--map-current-user', '--mount', '--pid', '--fork', '--kill-child', '--net']
const bare = 'bare spawn of true'
const floor = 'floor: 2 fdatasyncs, 2 reads of /proc, 1 spawn'
const shell = 'runtimo ShellExec true (sandbox, prewarmed)'

/** What a job costs to start, against the same work without us. */
export async function run(): Promise<void> {
  await using place = new Place()
  const { supervisor, folder } = place
  writeFileSync(join(folder, 'small'), 'x')
  const contenders = [
    { name: bare, run: () => timed(() => spawned('/bin/true')) },
    { name: 'execa true', run: () => timed(() => execa('/bin/true')) },
    { name: floor, run: () => timed(() => floorOf(folder)) },
    ...tool('unshare', (path) => [path, ...namespaces, '/bin/true']),
    ...tool('bwrap', (path) => [path, '--unshare-all', '--ro-bind', '/', '/', '/bin/true']),
    { name: 'bare node to its end', run: () => timed(() => spawned(process.execPath, '-e', '0')) },
    job(supervisor, shell, 'ShellExec', { cmd: 'true' }, { workingDir: folder }),
    job(
      supervisor,
      'runtimo ShellExec true (process)',
      'ShellExec',
      { cmd: 'true' },
      { workingDir: folder, level: 'process' },
    ),
    job(
      supervisor,
      'runtimo foreign module (sandbox, prewarmed)',
      'Echo',
      {},
      { workingDir: folder, from: module },
    ),
    job(
      supervisor,
      'runtimo FileRead (reused worker)',
      'FileRead',
      { path: 'small' },
      { workingDir: folder },
    ),
  ]
  const timings = await interleave(contenders, rounds)
  printTimings('Launch', timings, bare)
  const rate = await jobsPerSecond(supervisor, folder)
  const of = (name: string): number => medianOf(timings, name)
  const bwrap = timings.find(({ name }) => name.startsWith('bwrap'))
  printPromises([
    { what: 'warm job over the floor', measured: of(shell) / of(floor), limit: 1.5, unit: '×' },
    { what: 'ShellExec, sandboxed and prewarmed, p50', measured: of(shell), limit: 5, unit: 'ms' },
    ...(bwrap === undefined
      ? []
      : [{ what: 'against bare bwrap', measured: of(shell) / bwrap.median, limit: 0.6, unit: '×' }]),
    {
      what: 'foreign module, prewarmed, call to result, p50',
      measured: of('runtimo foreign module (sandbox, prewarmed)'),
      limit: 10,
      unit: 'ms',
    },
    {
      what: 'built-in, reused worker, 16 callers',
      measured: rate,
      limit: 500,
      unit: 'jobs/s',
      atLeast: true,
    },
    { what: 'command line, p50', measured: await commandLine(folder), limit: 150, unit: 'ms' },
  ])
  if (bwrap === undefined) print('  (bwrap is not installed: its row is left out)')
}

/** A job of which a few wait ready: the pool learns from two calls, and is given the time to refill. */
function job(
  supervisor: Supervisor,
  name: string,
  capability: string,
  args: object,
  options: RunOptions,
): Contender {
  return {
    name,
    run: async () => {
      const time = await timed(async () => {
        const result = await supervisor.run(capability, args, options)
        if (!result.success) throw new Error(`${name}: ${JSON.stringify(result.error)}`)
      })
      await sleep(60)
      return time
    },
  }
}

function tool(name: string, argv: (path: string) => readonly [string, ...string[]]): Contender[] {
  const path = findTool(name)
  return path === undefined ? [] : [{ name: `${name} true`, run: () => timed(() => spawned(...argv(path))) }]
}

async function spawned(file: string, ...args: string[]): Promise<void> {
  const child = spawn(file, args, { stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
}

/** What no durable, observed job can do without. */
async function floorOf(folder: string): Promise<void> {
  await using log = await open(join(folder, 'floor.log'), 'a')
  for (const half of ['start', 'end']) {
    readStats()
    await log.write(half.repeat(100))
    await log.datasync()
  }
  await spawned('/bin/true')
}

async function jobsPerSecond(supervisor: Supervisor, workingDir: string): Promise<number> {
  const until = performance.now() + 4000
  let count = 0
  const caller = async (): Promise<void> => {
    while (performance.now() < until) {
      await supervisor.run('FileRead', { path: 'small' }, { workingDir })
      count++
    }
  }
  await Promise.all(Array.from({ length: 16 }, caller))
  return count / 4
}

async function commandLine(folder: string): Promise<number> {
  const bin = fileURLToPath(new URL('../packages/supervisor/bin/runtimo.js', import.meta.url))
  const args = [
    ...process.execArgv,
    bin,
    'run',
    '-c',
    'ShellExec',
    '-a',
    '{"cmd":"true"}',
    '-q',
    '--no-pressure-guard',
  ]
  const env = { RUNTIMO_WAL_PATH: join(folder, '..', 'cli', 'wal.jsonl') }
  const [timing] = await interleave(
    [{ name: 'command line', run: () => timed(() => execa(process.execPath, args, { env, cwd: folder })) }],
    9,
  )
  return timing?.median ?? Number.NaN
}
