import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { defaultSessionsDirectory } from './location.ts'
import { SessionManager } from './session-manager.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'runtimo-sessions-'))
  onTestFinished(() => rmSync(base, { recursive: true }))
})

const refused = { code: 'RT_SESSION_UNAVAILABLE' }

test('the directory is made with mode 0700, and no directory at all is an empty one', async () => {
  const sessions = new SessionManager(join(base, 'a/b'))
  expect(await sessions.list()).toEqual({ sessions: [], damaged: [] })
  expect(() => statSync(sessions.directory)).toThrow('ENOENT')
  const { id } = await sessions.create()
  expect(statSync(sessions.directory).mode & 0o777).toBe(0o700)
  expect(statSync(join(sessions.directory, `${id}.jsonl`)).mode & 0o777).toBe(0o600)
})

test('a directory that others may write is not believed, nor is a link in its place', async () => {
  const sessions = new SessionManager(join(base, 'sessions'))
  const { id } = await sessions.create()
  chmodSync(sessions.directory, 0o777)
  await expect(sessions.show(id)).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('that others cannot write'),
  })
  await expect(sessions.create()).rejects.toMatchObject(refused)
  chmodSync(sessions.directory, 0o700)
  symlinkSync(sessions.directory, join(base, 'link'))
  const linked = new SessionManager(join(base, 'link'))
  await expect(linked.show(id)).rejects.toMatchObject(refused)
  await expect(linked.create()).rejects.toMatchObject(refused)
  expect(await sessions.show(id)).toMatchObject({ id })
})

test('a directory that cannot be made is an error that names it', async () => {
  await expect(new SessionManager('/proc/nowhere/sessions').create()).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('/proc/nowhere'),
  })
})

test('RUNTIMO_SESSIONS_DIR says where; an empty one says nothing', () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('RUNTIMO_SESSIONS_DIR', join(base, 'here'))
  expect(defaultSessionsDirectory()).toBe(join(base, 'here'))
  vi.stubEnv('RUNTIMO_SESSIONS_DIR', '')
  expect(defaultSessionsDirectory()).toMatch(/^\/tmp\/runtimo-\d+\/sessions$/u)
})
