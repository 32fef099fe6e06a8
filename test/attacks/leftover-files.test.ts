import { execFileSync } from 'node:child_process'
import { chmodSync, globSync, mkdirSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { control, judge, siege } from '../support/attack.ts'
import { printed, python, unconfined } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

// What makes a folder hard to remove for whoever simply removes it.
const acts = {
  'a folder without rights': 'mkdir -p $P/closed/full && chmod 0 $P/closed',
  'a path longer than any path may be': python(`import os
os.chdir(os.environ["P"])
for _ in range(40): os.mkdir("x"*200); os.chdir("x"*200)`),
}

/** Folders of jobs of this process. */
const folders = (): string[] => globSync(`${tmpdir()}/job-runtimo-${process.pid}-*`)
const remove = (path: string): void => {
  execFileSync('chmod', ['-R', 'u+rwx', path])
  execFileSync('rm', ['-rf', path])
}

async function makeStubborn(): Promise<void> {
  const cwd = temporaryDirectory()
  mkdirSync(join(cwd, 'private'))
  const given = Object.entries(acts).map(([name, act]) => [name, `export P=${cwd}/private; ${act}`])
  expect(await unconfined(Object.fromEntries(given), cwd)).toEqual(Object.keys(acts))
  remove(join(cwd, 'private'))
}
const stubbornIsMade = control('without us, folders are made that are hard to remove', makeStubborn)

async function leave(level: 'sandbox' | 'process', act: string): Promise<unknown> {
  await stubbornIsMade()
  const supervisor = siege()
  onTestFinished(() => folders().forEach(remove))
  const args = { cmd: `export P=$HOME; ${act} && echo made` }
  const result = await supervisor.run('ShellExec', args, { level, workingDir: temporaryDirectory() })
  await judge(supervisor, result, {
    outcome: 'completed',
    spawned: ['sh'],
    twin: () => expect(printed(result)).toBe('made\n'),
    unharmed: () => expect(folders()).toEqual([]),
  })
  return result.outcome
}

describe.each(['sandbox', 'process'] as const)('level %s', (level) => {
  for (const [name, act] of Object.entries(acts)) {
    test(`${name} goes with the job`, async () => {
      expect(await leave(level, act)).toBe('completed')
    })
  }
})

async function close(): Promise<void> {
  const directory = temporaryDirectory()
  onTestFinished(() => chmodSync(directory, 0o700))
  expect(await unconfined({ close: 'chmod 555 .' }, directory)).toEqual(['close'])
  chmodSync(directory, 0o700)
  const supervisor = siege()
  const cmd = 'chmod 555 . && echo closed'
  const result = await supervisor.run('ShellExec', { cmd }, { level: 'sandbox', workingDir: directory })
  await judge(supervisor, result, {
    outcome: 'completed',
    spawned: ['sh'],
    twin: () => expect(printed(result)).toBe('closed\n'),
    unharmed: () => expect(readdirSync(directory)).toEqual([]),
  })
}

test('in a workspace that a sandboxed job has closed, nothing of ours stays', close)
