import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JobResult, type Supervisor, WalReader, type WalRecord } from '@runtimo/supervisor'
import { expect, test } from 'vitest'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

const password = 'correct-horse-battery'

/** A capability that prints, returns, or throws what it was given. */
function loginModule(): string {
  const path = join(temporaryDirectory(), 'login.mjs')
  writeFileSync(
    path,
    `export default {
      manifest: {
        name: 'Login', description: 'tells what it was given',
        args: { type: 'object', additionalProperties: false, required: ['password'], properties: {
          user: { type: 'string' }, password: { type: 'string', maxLength: 64, secret: true } } },
      },
      execute({ user, password }) {
        console.log('printed', password)
        if (user === 'thrown') throw new Error('cannot log in with ' + password)
        return { user, echoed: password, [password]: 1, list: 'x'.repeat(user === 'large' ? 100_000 : 1) + password }
      },
    }`,
  )
  return path
}

/** All that was written for the jobs of a supervisor: the log, and what lies beside it. */
function written({ walPath }: Supervisor): string {
  const directory = join(walPath, '..')
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n')
}

async function records({ walPath }: Supervisor): Promise<WalRecord[]> {
  const found: WalRecord[] = []
  for await (const entry of new WalReader(walPath).entries()) if (entry.ok) found.push(entry.record)
  return found
}

async function login(supervisor: Supervisor, from: string, args: object): Promise<JobResult> {
  return await supervisor.run('Login', args, { from, workingDir: temporaryDirectory() })
}

test('what a schema marks secret is in nothing that is written, the first time and later, however the job ends', async () => {
  const supervisor = testSupervisor()
  const from = loginModule()
  for (const user of ['ann', 'large', 'thrown', 'ann']) await login(supervisor, from, { user, password })
  const invalid = await login(supervisor, from, { password: [password] })
  expect(invalid.error?.code).toBe('RT_INVALID_ARGS')
  expect(written(supervisor)).toContain('"job_completed"')
  expect(written(supervisor)).not.toContain(password)
  const told = (await records(supervisor)).map((record) => JSON.stringify(record['arguments'] ?? null))
  expect(told.some((text) => text.includes('"value":{"user":"ann","password":"[redacted]"}'))).toBe(true)
})

test('the caller gets what the job really gave back', async () => {
  const supervisor = testSupervisor()
  const result = await login(supervisor, loginModule(), { user: 'ann', password })
  expect(result.output.data).toMatchObject({ echoed: password })
})

test('without the mark the same words are written: the check above can fail', async () => {
  const supervisor = testSupervisor()
  await login(supervisor, loginModule(), { user: password, password: 'short' })
  expect(written(supervisor)).toContain(password)
})

test('variables and standard input of a command are secret', async () => {
  const supervisor = testSupervisor()
  const args = { cmd: 'cat; env | grep TOKEN', env: { TOKEN: password }, stdin: `${password}-in` }
  const result = await supervisor.run('ShellExec', args, { workingDir: temporaryDirectory() })
  expect(result.output.data).toMatchObject({ stdout: expect.stringContaining(password) })
  expect(written(supervisor)).toContain('grep TOKEN')
  expect(written(supervisor)).not.toContain(password)
})
