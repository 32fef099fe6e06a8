import { readFileSync, writeFileSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { JobJournal } from '../backups/journal.ts'
import { journalPath } from '../backups/journal-files.ts'
import { givenHistory, type History, nextJobId } from './history-fixture.ts'
import { settleJournal } from './settle.ts'

/** Somebody else acts after the changes of the next job are in its journal, and before they are made. */
function meanwhile(act: () => void): void {
  const open = JobJournal.open.bind(JobJournal)
  const spy = vi.spyOn(JobJournal, 'open').mockImplementationOnce(async (...given) => {
    const journal = await open(...given)
    const prepare = journal.prepare.bind(journal)
    journal.prepare = async (changes) => {
      await prepare(changes)
      act()
    }
    return journal
  })
  onTestFinished(() => spy.mockRestore())
}

const contentOf = (history: History, jobId: string): string =>
  readFileSync(journalPath(history.backups, jobId), 'utf8')

test.each(['before', undefined])(
  'a write that came too late is nothing to undo, whatever stands there (%s)',
  async (before) => {
    const history = givenHistory()
    if (before !== undefined) writeFileSync(history.at('a'), before)
    const jobId = nextJobId()
    meanwhile(() => writeFileSync(history.at('a'), 'mine'))
    await expect(history.write('a', 'after', { jobId })).rejects.toMatchObject({ code: 'RT_FILE_CHANGED' })
    expect(contentOf(history, jobId)).toContain('"after":{"kind":"file"')
    await expect(history.undo({ job_id: jobId })).rejects.toMatchObject({
      code: 'RT_UNDO_NOTHING',
      message: `nothing was done to files by the job ${jobId}`,
    })
    expect(history.content('a')).toBe('mine')
    expect(await settleJournal(history.backups, jobId, { dryRun: false })).toMatchObject({ files: 'none' })
  },
)

test('in a session the other jobs are undone, and what came too late stands in no way', async () => {
  const history = givenHistory()
  const session = { sessionId: 's' }
  writeFileSync(history.at('a'), 'before')
  const first = await history.write('b', 'new', session)
  meanwhile(() => writeFileSync(history.at('a'), 'mine'))
  await expect(history.write('a', 'after', session)).rejects.toMatchObject({ code: 'RT_FILE_CHANGED' })
  expect(await history.undo({ session_id: 's' })).toMatchObject({ undone: [{ job_id: first }] })
  expect([history.content('a'), history.content('b')]).toEqual(['mine', undefined])
})

test('a directory that was made for it and that somebody uses by now is still known', async () => {
  const history = givenHistory()
  const jobId = nextJobId()
  meanwhile(() => writeFileSync(history.at('d/a'), 'mine'))
  const late = history.write('d/a', 'after', { jobId, create_parents: true })
  await expect(late).rejects.toMatchObject({ code: 'RT_FILE_CHANGED' })
  expect(await history.undo({ job_id: jobId })).toMatchObject({
    left: [{ path: history.at('d'), reason: 'the directory is not empty' }],
  })
  expect(history.content('d/a')).toBe('mine')
})

test('an undo that came too late for one of its files is nothing to undo', async () => {
  const history = givenHistory()
  for (const name of ['a', 'b']) writeFileSync(history.at(name), 'before')
  for (const name of ['a', 'b']) await history.write(name, 'after', { sessionId: 's' })
  const jobId = nextJobId()
  meanwhile(() => writeFileSync(history.at('b'), 'mine'))
  const error: unknown = await history.undo({ session_id: 's' }, { jobId }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'RT_FILE_CHANGED', details: { path: history.at('b') } })
  expect(Reflect.get(Object(Reflect.get(Object(error), 'details')), 'left')).toBeUndefined()
  expect([history.content('a'), history.content('b')]).toEqual(['after', 'mine'])
  await expect(history.undo({ job_id: jobId })).rejects.toMatchObject({ code: 'RT_UNDO_NOTHING' })
})
