import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runtimo } from '../support/cli.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

function sessionEnv(): { readonly RUNTIMO_SESSIONS_DIR: string } {
  return { RUNTIMO_SESSIONS_DIR: join(temporaryDirectory(), 'sessions') }
}

test('a session is created, listed, shown and closed', async () => {
  const env = sessionEnv()
  expect(await runtimo(['session', 'list'], { env })).toMatchObject({
    exitCode: 0,
    stdout: `no sessions in ${env.RUNTIMO_SESSIONS_DIR}`,
  })
  const { stdout: id } = await runtimo(['session', 'create', '--name', 'nightly'], { env })
  expect(id).toMatch(/^[0-9A-Z]{26}$/u)
  expect((await runtimo(['session', 'list'], { env })).stdout).toMatch(
    new RegExp(`\n${id}  nightly  open +0 `, 'u'),
  )
  expect((await runtimo(['session', 'show', 'nightly'], { env })).stdout).toContain(id)
  expect(await runtimo(['session', 'close', 'nightly'], { env })).toMatchObject({
    exitCode: 0,
    stdout: `closed ${id}, 0 jobs`,
  })
  const shown = await runtimo(['session', 'show', id, '--json'], { env })
  expect(JSON.parse(shown.stdout)).toEqual({
    id,
    name: 'nightly',
    tenant: 'default',
    created_at: expect.any(Number),
    closed_at: expect.any(Number),
    jobs: [],
  })
})

test.each([
  [['session', 'show', 'nihgtly'], 'RT_SESSION_NOT_FOUND', 1, /did you mean nightly/u],
  [['session', 'show', '../../etc/passwd'], 'RT_SESSION_NOT_FOUND', 1, /there is no session/u],
  [['session', 'close', 'over'], 'RT_SESSION_CLOSED', 1, /was closed at/u],
  [['session', 'create', '--name', '\u001b[2J'], 'RT_INVALID_OPTION', 2, /expected a letter or digit/u],
  [['session', 'show'], 'RT_USAGE', 2, /missing required argument/u],
])('%j is %s', async (args, code, exitCode, message) => {
  const env = sessionEnv()
  for (const name of ['nightly', 'over']) await runtimo(['session', 'create', '--name', name], { env })
  await runtimo(['session', 'close', 'over'], { env })
  const failed = await runtimo(args, { env })
  expect(failed).toMatchObject({ exitCode, stderr: expect.stringMatching(message) })
  expect(failed.stderr).toContain(code)
  expect(failed.stderr).not.toContain('\u001b[2J')
})

test('a damaged session is named with where, and makes the exit code 1; a session of another tenant is not seen', async () => {
  const env = sessionEnv()
  const { stdout: id } = await runtimo(['session', 'create'], { env })
  await runtimo(['session', 'create'], { env: { ...env, RUNTIMO_TENANT: 'other' } })
  const file = join(env.RUNTIMO_SESSIONS_DIR, `${id}.jsonl`)
  writeFileSync(file, readFileSync(file, 'utf8').replace('"tenant":"default"', '"tenant":"defaulT"'))
  const listed = await runtimo(['session', 'list', '--json'], { env })
  expect(listed.exitCode).toBe(1)
  expect(JSON.parse(listed.stdout)).toMatchObject({
    sessions: [],
    damaged: [{ id, reason: expect.stringMatching(new RegExp(`${id}.jsonl, byte \\d+: `, 'u')) }],
  })
  const shown = await runtimo(['session', 'show', id], { env })
  expect(shown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('RT_SESSION_UNAVAILABLE') })
})
