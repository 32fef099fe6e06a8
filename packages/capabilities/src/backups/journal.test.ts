import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { givenHistory } from '../undo/history-fixture.ts'
import { JobJournal } from './journal.ts'
import { journalPath } from './journal-files.ts'
import { encodeLine } from './journal-line.ts'
import { listJournals } from './list-journals.ts'
import { readJournal } from './read-journal.ts'
import type { Change } from './state.ts'

const change: Change = { path: '/w/a', before: { kind: 'absent' }, after: { kind: 'link', target: 'b' } }
const purpose = { capability: 'Undo', undoes: ['JOBA'] }

test('a journal is read as it was written, and is for us alone', async () => {
  const { backups, access } = givenTools()
  await using journal = await JobJournal.open(access, 'JOBB', purpose)
  expect(await listJournals(backups)).toEqual([])
  await journal.prepare([change])
  await journal.prepare([{ ...change, temporary: '.runtimo-JOBB-0123abcd' }])
  expect(await readJournal(backups, 'JOBB')).toMatchObject({ isDone: false })
  await journal.complete()
  expect(await readJournal(backups, 'JOBB')).toMatchObject({
    header: { jobId: 'JOBB', tenant: 'default', sessionId: null, capability: 'Undo', undoes: ['JOBA'] },
    batches: [{ changes: [change] }, { changes: [{ temporary: '.runtimo-JOBB-0123abcd' }] }],
    isDone: true,
  })
  expect(statSync(journalPath(backups, 'JOBB')).mode & 0o777).toBe(0o600)
})

test('a second journal of one job is refused, and so is an id that names no file', async () => {
  const { access } = givenTools()
  await using first = await JobJournal.open(access, 'JOBB', purpose)
  await first.prepare([change])
  await using second = await JobJournal.open(access, 'JOBB', purpose)
  await expect(second.prepare([change])).rejects.toMatchObject({
    code: 'RT_BACKUP_FAILED',
    details: { errno: 'EEXIST' },
  })
  await expect(second.prepare([change])).rejects.toMatchObject({ code: 'RT_BACKUP_FAILED' })
  for (const id of ['../JOB', '', 'a/b', 'x'.repeat(65)]) {
    await expect(JobJournal.open(access, id, purpose)).rejects.toMatchObject({ code: 'RT_BACKUP_FAILED' })
  }
})

test.each([
  ['a path that goes up', { ...change, path: '/w/../etc/passwd' }],
  ['a relative path', { ...change, path: 'a' }],
  ['the root', { ...change, path: '/' }],
  ['a path with NUL', { ...change, path: '/w/a\0' }],
  ["another job's temporary file", { ...change, temporary: '.runtimo-JOBC-0123abcd' }],
  ['a temporary file elsewhere', { ...change, temporary: '.runtimo-JOBB-/../../x' }],
  ['a state that is none', { ...change, before: { kind: 'socket' } }],
  [
    'a hash that is none',
    { ...change, before: { kind: 'file', sha256: '../../x', size: 1, mode: 0, uid: 0, gid: 0, xattrs: {} } },
  ],
  ['a mode that is none', { ...change, before: { kind: 'directory', mode: 65_536, uid: 0, gid: 0 } }],
  ['no states', { path: '/w/a' }],
])('%s in a journal is damage, though its sums are right', async (_what, altered) => {
  const { backups, access } = givenTools()
  await using journal = await JobJournal.open(access, 'JOBB', purpose)
  await journal.prepare([change])
  const path = journalPath(backups, 'JOBB')
  const [header = ''] = readFileSync(path, 'utf8').split('\n')
  const { bytes, sum } = encodeLine(JSON.parse(header.replace(/,"sum":.*$/u, '}')), '')
  expect(bytes).toBe(`${header}\n`)
  const line = encodeLine({ ts: 1, changes: [altered], directories: {} }, sum)
  writeFileSync(path, bytes + line.bytes)
  await expect(readJournal(backups, 'JOBB')).rejects.toMatchObject({ code: 'RT_BACKUP_DAMAGED' })
})

function givenTools(): { backups: string; access: ReturnType<ReturnType<typeof givenHistory>['access']> } {
  const history = givenHistory()
  return { backups: history.backups, access: history.access() }
}
