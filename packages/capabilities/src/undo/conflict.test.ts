import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { expect, test } from 'vitest'
import { givenHistory } from './history-fixture.ts'

test('what somebody else wrote since is a conflict that is named, and nothing is changed', async () => {
  const history = givenHistory()
  await history.write('a', '1', { sessionId: 's' })
  await history.write('b', '1', { sessionId: 's' })
  await history.write('c', '1', { sessionId: 's' })
  writeFileSync(history.at('a'), 'mine')
  rmSync(history.at('c'))
  mkdirSync(history.at('c'))
  const error = expect.objectContaining({
    code: 'RT_UNDO_CONFLICT',
    details: {
      total: 2,
      conflicts: [
        {
          path: history.at('a'),
          expected: expect.stringContaining('1 bytes'),
          found: expect.stringContaining('4 bytes'),
          can_force: true,
        },
        expect.objectContaining({ path: history.at('c'), found: 'a directory', can_force: false }),
      ],
    },
  })
  await expect(history.undo({ session_id: 's' })).rejects.toThrow(error)
  await expect(history.undo({ session_id: 's', force: ['b'] })).rejects.toThrow(error)
  expect([history.content('a'), history.content('b')]).toEqual(['mine', '1'])
})

test('by force it is restored, and kept: that undo can be undone', async () => {
  const history = givenHistory()
  const job = await history.write('a', '1')
  writeFileSync(history.at('a'), 'mine')
  const { conflicts_forced, jobId } = await history.undo({ job_id: job, force: ['a'] })
  expect(conflicts_forced).toEqual([history.at('a')])
  expect(history.content('a')).toBeUndefined()
  await history.undo({ job_id: jobId })
  expect(history.content('a')).toBe('mine')
})

test('many conflicts are counted, and as many are named as fit', async () => {
  const history = givenHistory()
  for (let index = 0; index < 60; index++) await history.write(`${index}`, 'x', { sessionId: 's' })
  for (let index = 0; index < 60; index++) writeFileSync(history.at(`${index}`), 'mine')
  const error: unknown = await history.undo({ session_id: 's' }).catch((thrown: unknown) => thrown)
  expect(error).toHaveProperty('details.total', 60)
  expect(JSON.stringify(error).length).toBeLessThan(16_384)
})

test('a later job on the same file is a conflict with the earlier one, but not with the session', async () => {
  const history = givenHistory()
  const first = await history.write('a', '1', { sessionId: 's' })
  const second = await history.write('a', '2', { sessionId: 's' })
  await expect(history.undo({ job_id: first })).rejects.toMatchObject({ code: 'RT_UNDO_CONFLICT' })
  await history.undo({ job_id: second })
  await history.undo({ session_id: 's' })
  expect(history.content('a')).toBeUndefined()
})

test('what somebody else wrote between two jobs of a session is not lost', async () => {
  const history = givenHistory()
  await history.write('a', '1', { sessionId: 's' })
  writeFileSync(history.at('a'), 'mine')
  await history.write('a', '2', { sessionId: 's' })
  await expect(history.undo({ session_id: 's' })).rejects.toMatchObject({ code: 'RT_UNDO_CONFLICT' })
  expect(history.content('a')).toBe('2')
})

test('a link in the place of the file is a conflict; by force it goes, and what it leads to stays', async () => {
  const history = givenHistory()
  writeFileSync(history.at('a'), '0')
  const job = await history.write('a', '1')
  rmSync(history.at('a'))
  writeFileSync(history.at('elsewhere'), '1')
  symlinkSync('elsewhere', history.at('a'))
  await expect(history.undo({ job_id: job })).rejects.toMatchObject({ code: 'RT_UNDO_CONFLICT' })
  const { jobId } = await history.undo({ job_id: job, force: ['a'] })
  expect([history.content('a'), history.content('elsewhere')]).toEqual(['0', '1'])
  await history.undo({ job_id: jobId })
  expect(readlinkSync(history.at('a'))).toBe('elsewhere')
  expect(readdirSync(history.directory).toSorted()).toEqual(['a', 'elsewhere'])
})

test.each(['a directory', 'a pipe'])('%s is not even replaced by force', async (kind) => {
  const history = givenHistory()
  const job = await history.write('a', '1')
  rmSync(history.at('a'))
  if (kind === 'a pipe') execFileSync('mkfifo', [history.at('a')])
  else mkdirSync(history.at('a'))
  const { ino } = lstatSync(history.at('a'))
  await expect(history.undo({ job_id: job, force: ['a'] })).rejects.toMatchObject({
    details: { conflicts: [{ can_force: false }] },
  })
  expect(lstatSync(history.at('a')).ino).toBe(ino)
})

test('a directory that became a link is not gone through, not even by force', async () => {
  const history = givenHistory()
  mkdirSync(history.at('d'))
  writeFileSync(history.at('d/a'), '0')
  const job = await history.write('d/a', '1')
  renameSync(history.at('d'), history.at('other'))
  symlinkSync('other', history.at('d'))
  await expect(history.undo({ job_id: job, force: ['d/a'] })).rejects.toMatchObject({
    code: 'RT_UNDO_CONFLICT',
  })
  expect(readFileSync(history.at('other/a'), 'utf8')).toBe('1')
})

test('a directory that is gone is made again as it was, and goes again with the undo', async () => {
  const history = givenHistory()
  mkdirSync(history.at('d/e'), { recursive: true, mode: 0o750 })
  writeFileSync(history.at('d/e/a'), '0')
  const job = await history.write('d/e/a', '1')
  rmSync(history.at('d'), { recursive: true })
  const { directories_recreated, jobId } = await history.undo({ job_id: job })
  expect(directories_recreated).toEqual([history.at('d'), history.at('d/e')])
  expect(history.content('d/e/a')).toBe('0')
  expect(statSync(history.at('d/e')).mode & 0o777).toBe(0o750)
  await history.undo({ job_id: jobId })
  expect(readdirSync(history.directory)).toEqual([])
})

test('a file in the place of a directory on the way is a conflict', async () => {
  const history = givenHistory()
  mkdirSync(history.at('d'))
  writeFileSync(history.at('d/a'), '0')
  const job = await history.write('d/a', '1')
  rmSync(history.at('d'), { recursive: true })
  writeFileSync(history.at('d'), 'mine')
  await expect(history.undo({ job_id: job, force: ['d/a'] })).rejects.toMatchObject({
    code: 'RT_UNDO_CONFLICT',
  })
  expect(history.content('d')).toBe('mine')
})
