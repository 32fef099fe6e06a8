import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { ulid } from 'ulid'
import { expect, onTestFinished, test } from 'vitest'
import { SessionManager } from './session-manager.ts'

function manager(): SessionManager {
  const directory = mkdtempSync(join(tmpdir(), 'runtimo-sessions-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return new SessionManager(directory)
}

function fileOf({ directory }: SessionManager, id: string): string {
  return join(directory, `${id}.jsonl`)
}

test('a session keeps its jobs in the order in which they came, each once, also for another manager', async () => {
  const sessions = manager()
  const { id } = await sessions.create({ name: 'nightly', tenant: 'default' })
  const jobs = [ulid(), ulid(), ulid()]
  for (const job of [...jobs, jobs[0] ?? '']) await sessions.addJob(id, job)
  const seen = await new SessionManager(sessions.directory).show('nightly')
  expect(seen).toMatchObject({ id, name: 'nightly', tenant: 'default', jobs })
  expect(seen).not.toHaveProperty('closedAt')
})

test('jobs that several add at once are all kept', async () => {
  const sessions = manager()
  const { id } = await sessions.create()
  const jobs = Array.from({ length: 20 }, () => ulid())
  await Promise.all(jobs.map((job) => new SessionManager(sessions.directory).addJob(id, job)))
  expect((await sessions.show(id)).jobs.toSorted()).toEqual(jobs.toSorted())
})

test('a closed session takes no more jobs and is still shown', async () => {
  const sessions = manager()
  const { id } = await sessions.create()
  expect(await sessions.close(id)).toMatchObject({ id, closedAt: expect.any(Number) })
  await expect(sessions.addJob(id, ulid())).rejects.toMatchObject({
    code: 'RT_SESSION_CLOSED',
    details: { session: id },
  })
  await expect(sessions.close(id)).rejects.toMatchObject({ code: 'RT_SESSION_CLOSED' })
  expect((await sessions.list()).sessions).toMatchObject([{ id, jobs: [] }])
})

test('a session of another tenant is not found, by id or by name, and not listed', async () => {
  const sessions = manager()
  const { id } = await sessions.create({ name: 'secret', tenant: 'other' })
  expect(await sessions.show(id, 'other')).toMatchObject({ id })
  for (const name of [id, 'secret', 'secrt']) {
    const error: unknown = await sessions.show(name).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'RT_SESSION_NOT_FOUND' })
    expect(String(error)).not.toContain('did you mean')
    await expect(sessions.addJob(name, ulid())).rejects.toMatchObject({ code: 'RT_SESSION_NOT_FOUND' })
    await expect(sessions.close(name)).rejects.toMatchObject({ code: 'RT_SESSION_NOT_FOUND' })
  }
  expect(await sessions.list()).toEqual({ sessions: [], damaged: [] })
})

test('a name stands for the open session that has it, and for none when several have it', async () => {
  const sessions = manager()
  const first = await sessions.create({ name: 'nightly' })
  await sessions.close(first.id)
  expect(await sessions.show('nightly')).toMatchObject({ id: first.id })
  const second = await sessions.create({ name: 'nightly' })
  expect(await sessions.show('nightly')).toMatchObject({ id: second.id })
  const third = await sessions.create({ name: 'nightly' })
  await expect(sessions.show('nightly')).rejects.toThrow(third.id)
  await expect(sessions.show('nigtly')).rejects.toThrow('did you mean nightly?')
})

test('no name and no id leads out of the directory', async () => {
  const sessions = manager()
  const { id } = await sessions.create()
  // Joined as it is, this name would be found.
  const trick = `../${sessions.directory.split('/').at(-1)}/${id}`
  expect(readFileSync(fileOf(sessions, trick), 'utf8')).toContain(id)
  for (const name of [trick, '..', '/etc/passwd', '', `${id}\0`, id.toLowerCase(), `${id}.jsonl`]) {
    await expect(sessions.show(name)).rejects.toMatchObject({ code: 'RT_SESSION_NOT_FOUND' })
  }
  for (const name of ['..', '/a', '', 'a b', 'a\n', '-x', 'x'.repeat(65), id]) {
    await expect(sessions.create({ name })).rejects.toMatchObject({ code: 'RT_INVALID_OPTION' })
  }
  await expect(sessions.addJob(ulid(), ulid())).rejects.toMatchObject({ code: 'RT_SESSION_NOT_FOUND' })
  expect(readdirSync(sessions.directory).filter((name) => name.endsWith('.jsonl'))).toEqual([`${id}.jsonl`])
})

test('any byte that is changed makes a session unavailable, which says where; others go on', async () => {
  const sessions = manager()
  const { id } = await sessions.create({ name: 'whole' })
  await sessions.addJob(id, ulid())
  const good = await sessions.create()
  const file = fileOf(sessions, id)
  const whole = readFileSync(file)
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 2), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ flip
      writeFileSync(file, bytes)
      await expect(sessions.show(id)).rejects.toMatchObject({
        code: 'RT_SESSION_UNAVAILABLE',
        message: expect.stringMatching(new RegExp(`${id}.jsonl, byte \\d+: `, 'u')),
      })
    }),
    { numRuns: 60 },
  )
  await expect(sessions.addJob(id, ulid())).rejects.toMatchObject({ code: 'RT_SESSION_UNAVAILABLE' })
  expect(await sessions.list()).toMatchObject({ sessions: [{ id: good.id }], damaged: [{ id }] })
})

test('a record that a crash cut short was never acknowledged: the session goes on without it', async () => {
  const sessions = manager()
  const { id } = await sessions.create()
  const [kept, lost, next] = [ulid(), ulid(), ulid()]
  await sessions.addJob(id, kept)
  await sessions.addJob(id, lost)
  truncateSync(fileOf(sessions, id), readFileSync(fileOf(sessions, id)).length - 10)
  expect((await sessions.show(id)).jobs).toEqual([kept])
  await sessions.addJob(id, next)
  expect((await sessions.show(id)).jobs).toEqual([kept, next])
})

test('a file under the name of another session is no session', async () => {
  const sessions = manager()
  const { id } = await sessions.create()
  const copy = ulid()
  copyFileSync(fileOf(sessions, id), fileOf(sessions, copy))
  await expect(sessions.show(copy)).rejects.toMatchObject({ code: 'RT_SESSION_UNAVAILABLE' })
  writeFileSync(fileOf(sessions, copy), '')
  await expect(sessions.show(copy)).rejects.toMatchObject({ code: 'RT_SESSION_NOT_FOUND' })
})
