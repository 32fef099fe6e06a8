import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { journalPath } from '../backups/journal-files.ts'
import { givenHistory, type History } from './history-fixture.ts'

test.each(['altered', 'gone'])(
  'a content that is %s is not restored, and nothing else either',
  async (damage) => {
    const history = givenHistory()
    for (const name of ['a', 'b']) {
      writeFileSync(history.at(name), `old ${name}`)
      await history.write(name, 'new', { sessionId: 's' })
    }
    const blob = blobOf(history, 'old a')
    chmodSync(blob, 0o600)
    if (damage === 'gone') rmSync(blob)
    else writeFileSync(blob, 'OLD a')
    await expect(history.undo({ session_id: 's' })).rejects.toMatchObject({
      code: 'RT_BACKUP_DAMAGED',
      details: { path: blob },
    })
    expect([history.content('a'), history.content('b')]).toEqual(['new', 'new'])
    await history.undo({ session_id: 's', paths: ['b'] })
    expect(history.content('b')).toBe('old b')
  },
)

test('a journal that was altered is refused, for its job and for its session', async () => {
  const history = givenHistory()
  const job = await history.write('a', '1', { sessionId: 's' })
  const path = journalPath(history.backups, job)
  writeFileSync(path, readFileSync(path, 'utf8').replace('"size":1', '"size":2'))
  const damaged = { code: 'RT_BACKUP_DAMAGED', details: { path, reason: 'line 2 is not as it was written' } }
  await expect(history.undo({ job_id: job })).rejects.toMatchObject(damaged)
  await expect(history.undo({ session_id: 's' })).rejects.toMatchObject(damaged)
})

test("a line that was taken out, or that another job's journal has, is found", async () => {
  const history = givenHistory()
  await history.write('a', '1', { sessionId: 's' })
  await history.write('b', '1', { sessionId: 's' })
  const { jobId } = await history.undo({ session_id: 's' })
  const path = journalPath(history.backups, jobId)
  const [header = '', , ...rest] = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, [header, ...rest].join('\n'))
  await expect(history.undo({ job_id: jobId })).rejects.toMatchObject({ code: 'RT_BACKUP_DAMAGED' })
})

test('a journal of nobody knows whom is counted, and does not stop a session', async () => {
  const history = givenHistory()
  await history.write('a', '1', { sessionId: 's' })
  writeFileSync(journalPath(history.backups, 'JOBX'), '{}\n{}\n')
  expect(await history.undo({ session_id: 's' })).toMatchObject({ unreadable_journals: 1 })
  expect(history.content('a')).toBeUndefined()
})

/** Where a content is kept. */
function blobOf({ backups }: History, content: string): string {
  const blobs = join(backups, 'blobs')
  const paths = readdirSync(blobs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const found = paths.find((path) => readFileSync(path, 'utf8') === content)
  if (found === undefined) throw new Error(`${content} is not kept`)
  return found
}
