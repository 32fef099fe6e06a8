import { execFile, spawn } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { judgeLog } from '../support/attack.ts'
import { bin } from '../support/cli.ts'
import { nextStart } from '../crash/host.ts'
import { findProcesses, until } from '../support/processes.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const list = 'ls -l /proc/self/fd'

/** Runs a Node program that was itself given a secret file as its descriptor 30. */
async function withSecret(
  args: readonly string[],
  directory: string = temporaryDirectory(),
): Promise<string> {
  const secret = join(directory, 'secret')
  writeFileSync(secret, 'x')
  const descriptor = openSync(secret, 'r')
  onTestFinished(() => closeSync(descriptor))
  const between = Array.from({ length: 27 }, () => 'ignore' as const)
  const env = { ...process.env, RUNTIMO_WAL_PATH: join(directory, 'wal.jsonl') }
  const child = spawn(process.execPath, ['--conditions=runtimo-source', ...args], {
    stdio: ['ignore', 'pipe', 'inherit', ...between, descriptor],
    env,
    cwd: temporaryDirectory(),
  })
  const [printed] = await Promise.all([child.stdout === null ? '' : text(child.stdout), once(child, 'exit')])
  return printed
}

function run(level: string, ...args: readonly string[]): string[] {
  return [bin, 'run', '-q', '--no-pressure-guard', '--level', level, ...args]
}

test('without us, a descriptor that Node was given reaches the children of Node', async () => {
  const listed = await withSecret([
    '-e',
    `process.stdout.write(require('child_process').execSync('${list}'))`,
  ])
  expect(listed).toContain('secret')
})

test.each(['sandbox', 'process'])('a command at level %s inherits none but its own three', async (level) => {
  const directory = temporaryDirectory()
  const args = ['-c', 'ShellExec', '-a', JSON.stringify({ cmd: list })]
  const listed = await withSecret(run(level, ...args), directory)
  await judgeLog(join(directory, 'wal.jsonl'), { outcome: 'completed', spawned: ['ls'] })
  expect(listed).not.toContain('secret')
  // The fourth is the directory that ls reads.
  expect(listed.match(/ \d+ -> .*/gu)).toEqual([
    expect.stringMatching(/^ 0 -> (pipe|\/dev\/null)/u),
    expect.stringMatching(/^ 1 -> pipe/u),
    expect.stringMatching(/^ 2 -> pipe/u),
    expect.stringMatching(/^ 3 -> \/proc\/\d+\/fd/u),
  ])
})

test.each(['sandbox', 'process', 'thread'])(
  'a worker at level %s inherits its three and a channel',
  async (level) => {
    const from = fixture('attack-ipc-worker/worker.mjs')
    const args = ['-c', 'Attack', '--from', from, '-a', '{"how":"descriptors"}', '--json']
    const directory = temporaryDirectory()
    const { data } = JSON.parse(await withSecret(run(level, ...args), directory)).output
    await judgeLog(join(directory, 'wal.jsonl'), { outcome: 'completed' })
    const held = data.filter((line: string) => !/anon_inode|^\d+ -> pipe:/u.test(line))
    // Besides what Node makes for itself: eventfds, an epoll, pipes.
    expect(held).toEqual(expect.arrayContaining([expect.stringMatching(/^3 -> socket/u)]))
    expect(held.filter((line: string) => !/^[0-3] ->|\/dev\/null$|\/proc\/\d+\/fd$/u.test(line))).toEqual([])
  },
)

test.each(['sandbox', 'process'])(
  'what a job at level %s does to its descriptors is not ours',
  async (level) => {
    const cmd = 'exec 0<&- 1>&- 2>&-; true'
    const args = run(level, '-c', 'ShellExec', '-a', JSON.stringify({ cmd }), '--json')
    const directory = temporaryDirectory()
    expect(JSON.parse(await withSecret(args, directory))).toMatchObject({ outcome: 'completed' })
    await judgeLog(join(directory, 'wal.jsonl'), { outcome: 'completed', spawned: ['sh'] })
  },
)

test.each(['sandbox', 'process'])(
  'a host that exits without closing leaves no job of level %s',
  async (level) => {
    const directory = temporaryDirectory()
    const sleep = `sleep 320000.${process.pid}`
    const options = JSON.stringify({ level, workingDir: temporaryDirectory() })
    const host = [fixture('attack-kill-host.ts'), directory, options, `echo up; exec ${sleep}`, '--exit']
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=runtimo-source', ...host])
    expect(stdout).toMatch(/^begun \d+\nup\n$/u)
    await until('the end of the job', () => findProcesses(sleep).length === 0)
    await nextStart() // which removes what only a living supervisor could
  },
)
