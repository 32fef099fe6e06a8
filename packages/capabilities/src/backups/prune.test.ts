import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { givenHistory, type History } from '../undo/history-fixture.ts'
import { endedPath, journalPath } from './journal-files.ts'
import { listJournals } from './list-journals.ts'
import { markEnded } from './mark-ended.ts'
import { pruneBackups } from './prune.ts'

const day = 86_400_000
const start = Date.now()
const forever = Number.MAX_SAFE_INTEGER

/** A job that replaced so many bytes, so many days ago. */
async function job(history: History, name: string, bytes: number, daysAgo?: number): Promise<string> {
  writeFileSync(history.at(name), name.repeat(bytes))
  const id = await history.write(name, 'new')
  if (daysAgo !== undefined) {
    await markEnded(history.backups, id)
    utimesSync(endedPath(history.backups, id), start / 1000, (start - daysAgo * day) / 1000)
  }
  return id
}

/** As if all that is kept were kept long ago. */
function age({ backups }: History): void {
  for (const path of blobs({ backups })) utimesSync(path, start / 1000, (start - 2 * day) / 1000)
}

function blobs({ backups }: Pick<History, 'backups'>): string[] {
  return readdirSync(join(backups, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

test('jobs that ended too long ago go with what they kept; a job that has not ended never does', async () => {
  const history = givenHistory()
  const [old, young, running] = [
    await job(history, 'a', 1, 31),
    await job(history, 'b', 1, 29),
    await job(history, 'c', 1),
  ]
  utimesSync(journalPath(history.backups, running), 0, 0)
  age(history)
  const pruned = await pruneBackups(history.backups, { olderThanMs: 30 * day, maxBytes: forever, now: start })
  expect(pruned).toMatchObject({ jobs: [old], blobs: 1 })
  expect(await listJournals(history.backups)).toEqual([young, running])
  await expect(history.undo({ job_id: old })).rejects.toMatchObject({ code: 'RT_UNDO_NOTHING' })
  await history.undo({ job_id: young })
  await history.undo({ job_id: running })
  expect([history.content('b'), history.content('c')]).toEqual(['b', 'c'])
})

test('beyond so many bytes the oldest ended jobs go, and no more than need be', async () => {
  const history = givenHistory()
  const ids = [
    await job(history, 'a', 100_000, 3),
    await job(history, 'b', 100_000, 5),
    await job(history, 'c', 100_000),
    await job(history, 'd', 100_000, 1),
  ]
  age(history)
  const retention = { olderThanMs: forever, maxBytes: 220_000, now: start }
  expect((await pruneBackups(history.backups, retention)).jobs).toEqual([ids[1], ids[0]])
  expect(blobs(history)).toHaveLength(2)
  expect(await pruneBackups(history.backups, retention)).toEqual({ jobs: [], blobs: 0, bytes: 0 })
  expect((await pruneBackups(history.backups, { ...retention, maxBytes: 0 })).jobs).toEqual([ids[3]])
  expect(await listJournals(history.backups)).toEqual([ids[2]])
})

test('a content that another job needs stays, and so does a young one that no journal names yet', async () => {
  const history = givenHistory()
  await job(history, 'a', 1, 40)
  writeFileSync(history.at('same'), 'a')
  const other = await history.write('same', 'new')
  age(history)
  await pruneBackups(history.backups, { olderThanMs: day, maxBytes: forever, now: start })
  await history.undo({ job_id: other })
  expect(history.content('same')).toBe('a')
})

test('a young content stays though no journal names it yet; an old one goes, and what a crash left with it', async () => {
  const history = givenHistory()
  rmSync(journalPath(history.backups, await job(history, 'a', 1)))
  const retention = { olderThanMs: 0, maxBytes: 0, now: start }
  expect(await pruneBackups(history.backups, retention)).toMatchObject({ blobs: 0 })
  writeFileSync(join(history.backups, 'blobs', 'new-0123456789abcdef'), 'half of it')
  age(history)
  expect(await pruneBackups(history.backups, retention)).toMatchObject({ blobs: 2 })
  expect(blobs(history)).toEqual([])
})

test('what a damaged journal names is kept', async () => {
  const history = givenHistory()
  const id = await job(history, 'a', 1)
  age(history)
  writeFileSync(journalPath(history.backups, id), '\n', { flag: 'a' })
  expect(await pruneBackups(history.backups, { olderThanMs: 0, maxBytes: 0, now: start })).toMatchObject({
    blobs: 0,
  })
  expect(blobs(history)).toHaveLength(1)
})

test('to mark a job twice, or one that changed nothing, changes nothing', async () => {
  const history = givenHistory()
  await markEnded(history.backups, 'JOBNONE')
  const id = await job(history, 'a', 1, 1)
  const { mtimeMs } = statSync(endedPath(history.backups, id))
  await markEnded(history.backups, id)
  expect(statSync(endedPath(history.backups, id)).mtimeMs).toBe(mtimeMs)
  expect(await listJournals(join(history.backups, 'none'))).toEqual([])
})
