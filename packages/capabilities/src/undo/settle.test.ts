import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BlobStore } from '../backups/blob-store.ts'
import { JobJournal } from '../backups/journal.ts'
import { journalPath } from '../backups/journal-files.ts'
import { readJournal } from '../backups/read-journal.ts'
import { captureState } from '../backups/capture.ts'
import { givenHistory, type History, nextJobId } from './history-fixture.ts'
import { openRecorded } from './recorded-place.ts'
import { settleJournal } from './settle.ts'
import { prepareStep, type Step } from './step.ts'

const names = ['a', 'b', 'd']

/** Three files, changed by a job, and an undo of it all that ends after so many of its steps, without a word. */
async function cutShort(history: History, commits: number, isComplete: boolean): Promise<string> {
  const jobId = nextJobId()
  const workshop = { store: new BlobStore(history.backups), jobId }
  await using journal = await JobJournal.open(history.access(), jobId, { capability: 'Undo', undoes: ['x'] })
  await using stack = new AsyncDisposableStack()
  const steps: Step[] = []
  for (const name of names) {
    const place = stack.use(openRecorded(history.at(name)))
    const current = await captureState(place)
    const target = name === 'b' ? ({ kind: 'absent' } as const) : { ...current, mode: 0o600 }
    steps.push(stack.use(await prepareStep(place, { current, target }, workshop)))
  }
  await journal.prepare(steps.map(({ change }) => change))
  for (const step of steps.slice(0, commits)) await step.commit()
  if (isComplete) await journal.complete()
  return jobId
}

async function given(): Promise<History> {
  const history = givenHistory()
  for (const name of names) await history.write(name, name, { mode: '0644' })
  return history
}

const modes = (history: History): (number | undefined)[] =>
  names
    .map((name) => statSync(history.at(name), { throwIfNoEntry: false })?.mode)
    .map((mode) => mode && mode & 0o777)
const old = [0o644, 0o644, 0o644]
const restored = [0o600, undefined, 0o600]

test.each([0, 1, 2, 3])(
  'an undo that was cut short after %i of 3 changes is taken back whole',
  async (commits) => {
    const history = await given()
    const jobId = await cutShort(history, commits, false)
    const begun = modes(history)
    const foretold = await settleJournal(history.backups, jobId, { dryRun: true })
    expect(modes(history)).toEqual(begun)
    const settled = await settleJournal(history.backups, jobId, { dryRun: false })
    expect(settled).toEqual(foretold)
    expect(settled).toMatchObject({ files: 'rolled_back', paths: names.map(() => ({ is: 'old' })) })
    expect(modes(history)).toEqual(old)
    expect(history.content('b')).toBe('b')
    expect(await settleJournal(history.backups, jobId, { dryRun: false })).toEqual(settled)
    expect(readdirSync(history.directory)).toEqual(names)
  },
)

test('an undo that said that it is done is kept', async () => {
  const history = await given()
  const jobId = await cutShort(history, 3, true)
  const settled = await settleJournal(history.backups, jobId, { dryRun: false })
  expect(settled).toMatchObject({ files: 'kept', paths: names.map(() => ({ is: 'new' })) })
  expect(modes(history)).toEqual(restored)
})

test('what somebody changed since is left, and named', async () => {
  const history = await given()
  const jobId = await cutShort(history, 3, false)
  writeFileSync(history.at('a'), 'mine')
  const settled = await settleJournal(history.backups, jobId, { dryRun: false })
  expect(settled).toMatchObject({
    files: 'rolled_back',
    paths: [{ is: 'other', reason: 'somebody else has changed it since' }, { is: 'old' }, { is: 'old' }],
  })
  expect(history.content('a')).toBe('mine')
})

test('a FileWrite is old or new, and the journal of one that never began says nothing', async () => {
  const history = givenHistory()
  const job = await history.write('a', '1')
  expect(await settleJournal(history.backups, job, { dryRun: false })).toMatchObject({
    files: 'kept',
    paths: [{ path: history.at('a'), is: 'new' }],
  })
  const { size } = statSync(journalPath(history.backups, job))
  truncateSync(journalPath(history.backups, job), size - 1)
  expect(await settleJournal(history.backups, job, { dryRun: false })).toMatchObject({ files: 'none' })
  expect(await settleJournal(history.backups, 'JOBNONE', { dryRun: false })).toMatchObject({ files: 'none' })
  expect(history.content('a')).toBe('1')
})

test('a torn journal counts up to its last whole line; one that is altered is damaged, and nothing is touched', async () => {
  const history = await given()
  const jobId = await cutShort(history, 3, false)
  const path = journalPath(history.backups, jobId)
  const bytes = readFileSync(path)
  for (let length = 0; length <= bytes.length; length += length > bytes.length - 50 ? 1 : 7) {
    writeFileSync(path, bytes.subarray(0, length))
    const journal = await readJournal(history.backups, jobId)
    expect(journal?.batches.length ?? 0).toBe(length === bytes.length ? 1 : 0)
  }
  for (const at of [1, bytes.length >> 1, bytes.length - 2]) {
    const altered = Buffer.from(bytes)
    altered[at] = (altered[at] ?? 0) ^ 1
    writeFileSync(path, altered)
    expect(await settleJournal(history.backups, jobId, { dryRun: false })).toMatchObject({ files: 'damaged' })
  }
  expect(modes(history)).toEqual(restored)
})

test('temporary files of that job are removed, beside its paths only, and of no other', async () => {
  const history = givenHistory()
  const job = await history.write('d/a', '1', { create_parents: true })
  const left = [`d/.runtimo-${job}-0123abcd`, `d/.runtimo-${job}-link`]
  const kept = ['d/.runtimo-OTHER-0123abcd', `e/.runtimo-${job}-0123abcd`]
  mkdirSync(history.at('e'))
  for (const name of [left[0] ?? '', ...kept]) writeFileSync(history.at(name), 'x')
  symlinkSync('a', history.at(left[1] ?? ''))
  const { temporaries } = await settleJournal(history.backups, job, { dryRun: false })
  expect(temporaries.toSorted()).toEqual([left[0] ?? '', left[1] ?? ''].map((name) => history.at(name)))
  expect(readdirSync(history.at('d')).toSorted()).toEqual(['.runtimo-OTHER-0123abcd', 'a'])
  expect(readdirSync(history.at('e'))).toEqual([`.runtimo-${job}-0123abcd`])
})

test('a directory that became a link is not gone through', async () => {
  const history = givenHistory()
  const job = await history.write('d/a', '1', { create_parents: true })
  const left = `.runtimo-${job}-0123abcd`
  renameSync(history.at('d'), history.at('other'))
  symlinkSync('other', history.at('d'))
  writeFileSync(history.at(`other/${left}`), 'x')
  expect(await settleJournal(history.backups, job, { dryRun: false })).toMatchObject({
    files: 'rolled_back',
    paths: [{ is: 'other' }, { path: history.at('d/a'), is: 'other' }],
    temporaries: [],
  })
  expect(readdirSync(history.at('other')).toSorted()).toEqual([left, 'a'])
})

test('a version of somebody that an exchange caught, when the crash came, gets its name back', async () => {
  const history = givenHistory()
  await history.write('a', '0')
  const job = await history.write('a', '1')
  const journal = await readJournal(history.backups, job)
  const temporary = journal?.batches[0]?.changes[0]?.temporary ?? ''
  writeFileSync(join(history.directory, temporary), 'newest')
  await settleJournal(history.backups, job, { dryRun: false })
  expect(history.content('a')).toBe('newest')
  expect(readdirSync(history.directory)).toEqual(['a'])
})
