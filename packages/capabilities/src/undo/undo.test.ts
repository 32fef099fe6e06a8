import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import process from 'node:process'
import { expect, test } from 'vitest'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { listXattrs, setXattr } from '../linux/xattrs.ts'
import { undo } from './execute.ts'
import { givenHistory } from './history-fixture.ts'

test('a new file is removed, a changed one has its old content', async () => {
  const history = givenHistory()
  writeFileSync(history.at('old'), 'before')
  const made = await history.write('new', 'x')
  const changed = await history.write('old', 'after')
  expect(await history.undo({ job_id: made })).toMatchObject({
    undone: [{ job_id: made, paths: [{ path: history.at('new'), restored: 'removed' }] }],
    already_undone: false,
    left: [],
  })
  expect(await history.undo({ job_id: changed })).toMatchObject({
    undone: [{ paths: [{ restored: 'content', sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) }] }],
  })
  expect([history.content('new'), history.content('old')]).toEqual([undefined, 'before'])
  expect(readdirSync(history.directory)).toEqual(['old'])
})

test('a second time it is already undone, and there is nothing to journal', async () => {
  const history = givenHistory()
  const job = await history.write('a', '1')
  await history.undo({ job_id: job })
  const again = await history.undo({ job_id: job })
  expect(again).toMatchObject({ already_undone: true, undone: [{ paths: [{ restored: 'unchanged' }] }] })
  await expect(history.undo({ job_id: again.jobId })).rejects.toMatchObject({ code: 'RT_UNDO_NOTHING' })
})

test('an undo can be undone, and that one too', async () => {
  const history = givenHistory()
  const job = await history.write('d/a', '1', { create_parents: true })
  const first = await history.undo({ job_id: job })
  expect(readdirSync(history.directory)).toEqual([])
  const second = await history.undo({ job_id: first.jobId })
  expect(history.content('d/a')).toBe('1')
  await history.undo({ job_id: second.jobId })
  expect(readdirSync(history.directory)).toEqual([])
})

test('jobs on different files are undone in any order', async () => {
  const history = givenHistory()
  const jobs = [await history.write('a', '1'), await history.write('b', '2'), await history.write('c', '3')]
  for (const job of [jobs[1], jobs[0], jobs[2]]) await history.undo({ job_id: job ?? '' })
  expect(readdirSync(history.directory)).toEqual([])
})

test('mode, owner and extended attributes come back', async () => {
  const history = givenHistory()
  writeFileSync(history.at('a'), 'before')
  chmodSync(history.at('a'), 0o640)
  if (process.getuid?.() === 0) chownSync(history.at('a'), 1000, 1000)
  setXattrOf(history.at('a'), 'user.note', 'kept')
  const before = statSync(history.at('a'))
  const job = await history.write('a', 'after', { mode: '0600' })
  await history.undo({ job_id: job })
  const { mode, uid, gid } = statSync(history.at('a'))
  expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid })
  expect(xattrsOf(history.at('a'))).toEqual({ 'user.note': Buffer.from('kept') })
})

test('set-id bits are not given back, and the output says so', async () => {
  const history = givenHistory()
  writeFileSync(history.at('a'), 'before')
  chmodSync(history.at('a'), 0o755)
  const job = await history.write('a', 'after')
  const { jobId } = await history.undo({ job_id: job })
  chmodSync(history.at('a'), 0o4755)
  const second = await history.undo({ job_id: jobId })
  expect(history.content('a')).toBe('after')
  const third = await history.undo({ job_id: second.jobId })
  expect(third).toMatchObject({ undone: [{ paths: [{ set_id_dropped: true }] }] })
  expect(statSync(history.at('a')).mode & 0o7777).toBe(0o755)
  expect(await history.undo({ job_id: second.jobId })).toMatchObject({ already_undone: true })
})

test('a set-group-id bit that a directory does not get again is told of, and the path named', async () => {
  const history = givenHistory()
  const parent = history.at('d')
  mkdirSync(parent)
  chmodSync(parent, 0o2755)
  const job = await history.write('d/a', '1')
  const deletion = await history.undo({ job_id: job })
  rmSync(parent, { recursive: true })
  const result = await history.undo({ job_id: deletion.jobId })
  expect(result).toMatchObject({ directories_recreated: [parent] })
  expect(statSync(parent).mode & 0o7777).toBe(0o755)
  expect(result.message).toBe(`Restored 1 path of 1 job, without the set-id bits of ${parent}`)
})

test('only the paths that are named are restored, and one that no job changed is refused', async () => {
  const history = givenHistory()
  await history.write('a', '1', { sessionId: 's' })
  await history.write('b', '1', { sessionId: 's' })
  await history.undo({ session_id: 's', paths: ['./a'] })
  expect([history.content('a'), history.content('b')]).toEqual([undefined, '1'])
  await expect(history.undo({ session_id: 's', paths: ['c'] })).rejects.toMatchObject({
    code: 'RT_UNDO_NOTHING',
    message: expect.stringContaining('c'),
  })
})

test('a directory that the job made goes when it is empty, and stays when it is not', async () => {
  const history = givenHistory()
  const job = await history.write('d/e/a', '1', { create_parents: true })
  writeFileSync(history.at('d/mine'), 'x')
  expect(await history.undo({ job_id: job })).toMatchObject({
    left: [{ path: history.at('d'), reason: 'the directory is not empty' }],
  })
  expect(readdirSync(history.at('d'))).toEqual(['mine'])
  expect(await history.undo({ job_id: job })).toMatchObject({ already_undone: true })
})

test('it is told what to undo: a job or a session', async () => {
  const history = givenHistory()
  const context = { jobId: 'x', dryRun: false, workingDir: history.directory }
  await expect(history.undo({})).rejects.toMatchObject({ code: 'RT_INVALID_ARGS' })
  await expect(history.undo({ job_id: 'a', session_id: 'b' })).rejects.toMatchObject({
    code: 'RT_INVALID_ARGS',
  })
  await expect(undo.execute({ job_id: 'a' }, context)).rejects.toMatchObject({ code: 'RT_BACKUP_FAILED' })
})

test('what is not known is nothing, whatever the id looks like', async () => {
  const history = givenHistory()
  for (const job_id of ['01JUNKNOWN', '../../etc/passwd', '', 'a/b']) {
    await expect(history.undo({ job_id })).rejects.toMatchObject({ code: 'RT_UNDO_NOTHING' })
  }
  await expect(history.undo({ session_id: 'none' })).rejects.toMatchObject({ code: 'RT_UNDO_NOTHING' })
})

test("another tenant's job is as unknown as one that never was", async () => {
  const history = givenHistory()
  const job = await history.write('a', '1', { tenant: 'other', sessionId: 's' })
  const refused = await history.undo({ job_id: job }).catch(reportOf)
  const unknown = await history.undo({ job_id: 'JOBUNKNOWN' }).catch(reportOf)
  expect(refused).toEqual(unknown)
  expect(unknown).toMatchObject({ code: 'RT_UNDO_NOTHING' })
  await expect(history.undo({ session_id: 's' })).rejects.toMatchObject({ code: 'RT_UNDO_NOTHING' })
  await history.undo({ job_id: job }, { tenant: 'other' })
  expect(history.content('a')).toBeUndefined()
})

test('a session is undone as a whole, and nothing of another', async () => {
  const history = givenHistory()
  writeFileSync(history.at('a'), '0')
  await history.write('a', '1', { sessionId: 'one' })
  await history.write('b', 'other', { sessionId: 'two' })
  await history.write('a', '2', { sessionId: 'one', append: true })
  await history.write('c', '3', { sessionId: 'one' })
  const { undone, jobId } = await history.undo({ session_id: 'one' }, { sessionId: 'one' })
  expect(undone).toHaveLength(3)
  expect(['a', 'b', 'c'].map((name) => history.content(name))).toEqual(['0', 'other', undefined])
  expect(await history.undo({ session_id: 'one' }, { sessionId: 'one' })).toMatchObject({
    already_undone: true,
  })
  await history.undo({ job_id: jobId })
  expect(['a', 'b', 'c'].map((name) => history.content(name))).toEqual(['12', 'other', '3'])
})

function reportOf(error: unknown): unknown {
  return error instanceof RuntimoError
    ? { ...error.toReport(), message: error.message.replace(/JOB\w+/u, 'ID') }
    : error
}

function setXattrOf(path: string, name: string, value: string): void {
  const fd = openSync(path, 'r')
  setXattr(fd, name, Buffer.from(value))
  closeSync(fd)
}

function xattrsOf(path: string): Readonly<Record<string, Buffer>> {
  const fd = openSync(path, 'r')
  try {
    return listXattrs(fd)
  } finally {
    closeSync(fd)
  }
}
