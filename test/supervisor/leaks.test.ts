import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { findLeaks } from '../support/leaks.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

test('the check after the suite finds a planted process and a planted directory', async () => {
  const env = { ...process.env, RUNTIMO_BOUNDARY: 'planted' }
  const planted = spawn('sleep', ['30'], { env, stdio: 'ignore' })
  const directory = temporaryDirectory()
  expect(findLeaks()).toEqual(expect.arrayContaining([`process ${planted.pid}`, `directory ${directory}`]))
  planted.kill('SIGKILL')
  await once(planted, 'exit')
  expect(findLeaks()).not.toContain(`process ${planted.pid}`)
})
