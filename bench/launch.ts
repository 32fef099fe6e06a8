import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { RunOptions } from '@runtimo/supervisor'
import { type Argv, echoModule, finished, inBwrap, inUnshare, nodeEcho, shellTrue } from './commands.ts'
import { type Contender, interleave, medianOf, timed } from './interleave.ts'
import { Place } from './place.ts'
import { readStats } from './read-stats.ts'
import type { Report } from './report.ts'
import { settle } from './settle.ts'

const rounds = Number(process.env['ROUNDS'] ?? 30)
const bare = 'bare spawn of sh -c true'
const floor = 'floor: 2 fdatasyncs, 2 reads of /proc, 1 spawn'
const bwrap = 'bwrap sh -c true'
const shell = 'runtimo ShellExec true (sandbox, prewarmed)'
const foreign = 'runtimo foreign module (sandbox, prewarmed)'

/** What a job costs to start, against the same work without us. */
export async function run(report: Report): Promise<void> {
  await using place = new Place()
  const { folder } = place
  writeFileSync(join(folder, 'small'), 'x')
  const command = { cmd: 'true' }
  const contenders = [
    program(bare, shellTrue),
    { name: 'execa sh -c true', run: () => timed(() => execa('/bin/sh', ['-c', 'true'])) },
    { name: floor, run: () => timed(() => floorOf(folder)) },
    ...ifThere('unshare sh -c true', inUnshare(shellTrue)),
    ...ifThere(bwrap, inBwrap(shellTrue)),
    program('bare node to its end', nodeEcho),
    ...ifThere('bwrap node to its end', inBwrap(nodeEcho)),
    job(place, shell, 'ShellExec', command),
    job(place, 'runtimo ShellExec true (process)', 'ShellExec', command, { level: 'process' }),
    job(place, foreign, 'Echo', {}, { from: echoModule }),
    job(place, 'runtimo FileRead (reused worker)', 'FileRead', { path: 'small' }),
  ]
  const timings = await interleave(contenders, rounds)
  report.timings('Launch', timings, bare)
  const of = (name: string): number => medianOf(timings, name)
  const why = 'A sandboxed `true`'
  report.promises([
    { what: 'warm job over the floor', measured: of(shell) / of(floor), limit: 1.5, unit: '×', why },
    { what: 'ShellExec, sandboxed and prewarmed, p50', measured: of(shell), limit: 5, unit: 'ms', why },
    ...(inBwrap(shellTrue) === undefined
      ? []
      : [
          {
            what: 'the same against bare bwrap',
            measured: of(shell) / of(bwrap),
            limit: 0.6,
            unit: '×',
            why,
          },
        ]),
    {
      what: 'foreign module, prewarmed, call to result, p50',
      measured: of(foreign),
      limit: 10,
      unit: 'ms',
      why: 'A foreign module',
    },
    {
      what: 'command line, p50',
      measured: await commandLine(folder),
      limit: 150,
      unit: 'ms',
      why: 'The command line',
    },
  ])
  if (inBwrap(shellTrue) === undefined) report.print('  (bwrap is not installed: its row is left out)')
}

/** A job of which a few wait ready: the pool learns from the first calls, and is given the time to refill. */
function job(
  { supervisor, folder }: Place,
  name: string,
  capability: string,
  args: object,
  options: RunOptions = {},
): Contender {
  return {
    name,
    run: async () => {
      const time = await timed(async () => {
        const result = await supervisor.run(capability, args, { ...options, workingDir: folder })
        if (!result.success) throw new Error(`${name}: ${JSON.stringify(result.error)}`)
      })
      await settle()
      return time
    },
  }
}

function program(name: string, argv: Argv): Contender {
  return { name, run: () => timed(() => finished(argv)) }
}

function ifThere(name: string, argv: Argv | undefined): Contender[] {
  return argv === undefined ? [] : [program(name, argv)]
}

/** What no durable, observed job can do without. */
async function floorOf(folder: string): Promise<void> {
  await using log = await open(join(folder, 'floor.log'), 'a')
  for (const half of ['start', 'end']) {
    readStats()
    await log.write(half.repeat(100))
    await log.datasync()
  }
  await finished(shellTrue)
}

async function commandLine(folder: string): Promise<number> {
  const bin = fileURLToPath(new URL('../packages/supervisor/bin/runtimo.js', import.meta.url))
  const command = ['run', '-c', 'ShellExec', '-a', '{"cmd":"true"}', '-q', '--no-pressure-guard']
  const args = [...process.execArgv, bin, ...command]
  const env = {
    RUNTIMO_WAL_PATH: join(folder, '..', 'cli', 'wal.jsonl'),
    RUNTIMO_GUARDS_MAX_ZOMBIES: '1000000', // those of others on this machine
  }
  const [timing] = await interleave(
    [{ name: 'command line', run: () => timed(() => execa(process.execPath, args, { env, cwd: folder })) }],
    Math.min(rounds, 9),
  )
  return timing?.median ?? Number.NaN
}
