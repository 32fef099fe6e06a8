import process from 'node:process'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { fixture, testSupervisor } from '../support/supervisor.ts'

// Why workers do not speak over Node's own IPC channel: the parent decodes what comes before anybody can look.
test('without our channel, eight bytes from a child end a parent that uses Node IPC', async () => {
  const parent = await execa(process.execPath, [fixture('ipc-parent.mjs')], { reject: false })
  expect(parent.exitCode).toBe(1)
  expect(parent.stderr).toContain('Unable to deserialize cloned data')
  expect(parent.stdout).not.toContain('parent survived')
})

test('with our channel the same bytes end the job, and only it', async () => {
  const supervisor = testSupervisor()
  const from = fixture('misbehave.mjs')
  const result = await supervisor.run('Misbehave', { how: 'garbage-on-channel' }, { from })
  expect(result).toMatchObject({ outcome: 'crashed', error: { code: 'RT_PROTOCOL_VIOLATION' } })
  expect(await supervisor.run('Misbehave', { how: 'ok' }, { from })).toMatchObject({ outcome: 'completed' })
})
