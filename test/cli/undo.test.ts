import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runtimo } from '../support/cli.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

interface Place {
  readonly env: Readonly<Record<string, string>>
  readonly file: string
}

function place(): Place {
  const directory = temporaryDirectory()
  const env = {
    RUNTIMO_WAL_PATH: join(directory, 'state/wal.jsonl'),
    RUNTIMO_BACKUPS_DIR: join(directory, 'backups'),
    RUNTIMO_SESSIONS_DIR: join(directory, 'sessions'),
    RUNTIMO_GUARDS_PRESSURE: 'false',
    RUNTIMO_GUARDS_MAX_ZOMBIES: '1000000',
  }
  const file = join(directory, 'file.txt')
  writeFileSync(file, 'one\ntwo\n')
  return { env, file }
}

/** Writes the file by a job; its id. */
async function write({ env, file }: Place, content: string, ...flags: string[]): Promise<string> {
  const args = JSON.stringify({ path: file, content })
  const { stdout } = await runtimo(['run', '-c', 'FileWrite', '-a', args, '--json', ...flags], { env })
  const result: { readonly success: boolean; readonly job_id: string } = JSON.parse(stdout)
  expect(result).toMatchObject({ success: true })
  return result.job_id
}

test('undo says what it would change, coloured for nobody and harmless, then changes it, then has nothing to do', async () => {
  const at = place()
  const job = await write(at, 'one\n2\u001b[2J\n')
  const dry = await runtimo(['undo', '-j', job, '--dry-run'], at)
  expect(dry.exitCode).toBe(0)
  expect(dry.stdout).toContain(`--- ${at.file}\n+++ ${at.file}\n@@ -1,2 +1,2 @@\n one\n-2\\x1b[2J\n+two\n`)
  expect(dry.stdout).not.toContain('\u001b')
  expect(readFileSync(at.file, 'utf8')).toContain('2')

  const done = await runtimo(['undo', '-j', job], at)
  expect(done.exitCode).toBe(0)
  expect(done.stdout).toMatch(new RegExp(`^JOB +RESTORED +PATH\n${job} +content +${at.file}\n`, 'u'))
  expect(readFileSync(at.file, 'utf8')).toBe('one\ntwo\n')

  const again = await runtimo(['undo', '-j', job], at)
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('already undone') })
})

test('a file that is not what the job left is named and kept, until it is forced', async () => {
  const at = place()
  const job = await write(at, 'by the job')
  writeFileSync(at.file, 'by a person')
  const refused = await runtimo(['undo', '-j', job], at)
  expect(refused.exitCode).toBe(1)
  expect(refused.stdout).toMatch(new RegExp(`^EXPECTED .* CONFLICT\n.* yes +${at.file}\n`, 'u'))
  expect(refused.stdout).toContain('RT_UNDO_CONFLICT')
  expect(readFileSync(at.file, 'utf8')).toBe('by a person')
  const forced = await runtimo(['undo', '-j', job, '--force', at.file, '--json'], at)
  expect(forced.exitCode).toBe(0)
  expect(JSON.parse(forced.stdout)).toMatchObject({ capability: 'Undo', outcome: 'completed' })
  expect(readFileSync(at.file, 'utf8')).toBe('one\ntwo\n')
})

test('a session is undone by its name or its id, the newest job first', async () => {
  const at = place()
  const { stdout: id } = await runtimo(['session', 'create', '--name', 'refactoring'], at)
  const jobs = [
    await write(at, 'first', '--session', 'refactoring'),
    await write(at, 'second', '--session', id),
  ]
  const shown = await runtimo(['session', 'show', id, '--json'], at)
  expect(JSON.parse(shown.stdout)).toMatchObject({ jobs })
  const undone = await runtimo(['undo', '--session', 'refactoring', '--json'], at)
  expect(undone.exitCode).toBe(0)
  expect(JSON.parse(undone.stdout)).toMatchObject({
    output: { data: { undone: jobs.toReversed().map((job_id) => ({ job_id })) } },
  })
  expect(readFileSync(at.file, 'utf8')).toBe('one\ntwo\n')
})

test('a session that is not there fails no job', async () => {
  const at = place()
  await write(at, 'written', '--session', 'nobody')
  expect(readFileSync(at.file, 'utf8')).toBe('written')
})

test.each([
  [['undo'], 2, 'RT_USAGE'],
  [['undo', '--job', 'A', '--session', 'B'], 2, 'RT_USAGE'],
  [['undo', '--session', 'nobody'], 1, 'RT_SESSION_NOT_FOUND'],
  [['undo', '--job', '01ARZ3NDEKTSV4RRFFQ69G5FAV'], 1, 'RT_UNDO_NOTHING'],
])('%j has exit code %d and says %s', async (args, exitCode, code) => {
  const { exitCode: got, stdout, stderr } = await runtimo(args, place())
  expect(got).toBe(exitCode)
  expect(stdout + stderr).toContain(code)
})
