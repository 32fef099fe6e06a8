import { execFile } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { judgeLog } from '../support/attack.ts'
import { bin } from '../support/cli.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const raw = fixture('attack-kill-raw.py')

/** Runs a program on a terminal of its own: what it printed, and whether the terminal is another afterwards. */
async function onTerminal(
  argv: readonly string[],
  cwd: string,
  walPath: string = join(temporaryDirectory(), 'wal.jsonl'),
): Promise<unknown> {
  const env = { ...process.env, RUNTIMO_WAL_PATH: walPath }
  const args = [fixture('attack-kill-terminal.py'), ...argv]
  const { stdout } = await promisify(execFile)('/usr/bin/python3', args, { cwd, env })
  return JSON.parse(stdout)
}

test('without us, a program leaves its terminal raw (T03)', async () => {
  expect(await onTerminal(['/usr/bin/python3', raw], temporaryDirectory())).toMatchObject({
    changed: true,
    printed: expect.stringContaining('terminals: 0 1 2 /dev/tty'),
  })
})

test.each(['sandbox', 'process'])(
  'at level %s the terminal from which it was started is not there, and stays as it was (T03)',
  async (level) => {
    const workingDir = temporaryDirectory()
    copyFileSync(raw, join(workingDir, 'raw.py'))
    const args = JSON.stringify({ cmd: '/usr/bin/python3 raw.py' })
    const run = ['run', '-c', 'ShellExec', '--level', level, '--no-pressure-guard', '-a', args]
    const argv = [process.execPath, '--conditions=runtimo-source', bin, ...run]
    const walPath = join(temporaryDirectory(), 'wal.jsonl')
    expect(await onTerminal(argv, workingDir, walPath)).toEqual({
      changed: false,
      code: 0,
      printed: expect.stringContaining('terminals: none'),
    })
    await judgeLog(walPath, { outcome: 'completed', spawned: ['python3'] })
  },
)

test('the permitted twin: a program that asks whether it has one is told, and goes on', async () => {
  const workingDir = temporaryDirectory()
  const cmd = 'test -t 0 || test -t 1 || echo plain'
  const run = ['run', '-c', 'ShellExec', '--no-pressure-guard', '-a', JSON.stringify({ cmd })]
  const argv = [process.execPath, '--conditions=runtimo-source', bin, ...run]
  expect(await onTerminal(argv, workingDir)).toMatchObject({
    code: 0,
    printed: expect.stringContaining('plain'),
  })
})
