import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BlobStore } from '../backups/blob-store.ts'
import { captureState } from '../backups/capture.ts'
import { readJournal } from '../backups/read-journal.ts'
import { givenHistory, type History, nextJobId } from './history-fixture.ts'
import { perform } from './perform.ts'
import type { Restoration } from './plan.ts'
import { openRecorded } from './recorded-place.ts'

const names = Array.from({ length: 40 }, (_, index) => `file${index}`)

async function planned(history: History): Promise<Restoration[]> {
  const restorations: Restoration[] = []
  for (const name of names) {
    writeFileSync(history.at(name), 'new', { mode: 0o644 })
    using place = openRecorded(history.at(name))
    const current = await captureState(place)
    const target = { ...current, mode: 0o600 }
    restorations.push({ path: place.path, current, target: name === 'file0' ? { kind: 'absent' } : target })
  }
  return restorations
}

async function run(history: History, restorations: readonly Restoration[]): Promise<unknown> {
  const workshop = { store: new BlobStore(history.backups), jobId: nextJobId() }
  return await perform(restorations, {
    access: history.access(),
    open: openRecorded,
    workshop,
    undoes: ['x'],
  })
}

const modes = (history: History): Set<number> =>
  new Set(names.map((name) => statSync(history.at(name)).mode & 0o777))

test('what was made is taken back when a later file was changed by somebody meanwhile', async () => {
  const history = givenHistory()
  const restorations = await planned(history)
  writeFileSync(history.at('file39'), 'mine')
  await expect(run(history, restorations)).rejects.toMatchObject({
    code: 'RT_FILE_CHANGED',
    details: { path: history.at('file39') },
  })
  expect(modes(history)).toEqual(new Set([0o644]))
  expect(names.map((name) => history.content(name))).toEqual([...names.slice(1).map(() => 'new'), 'mine'])
})

test('directories that were made for it are taken back, too', async () => {
  const history = givenHistory()
  const [first] = await planned(history)
  if (first === undefined) throw new Error('no restoration')
  const parent = { mode: 0o700, uid: statSync(history.directory).uid, gid: statSync(history.directory).gid }
  const directory: Restoration = {
    path: history.at('d'),
    current: { kind: 'absent' },
    target: { kind: 'directory', ...parent },
  }
  const lost: Restoration = {
    path: history.at('d/a'),
    current: { kind: 'absent' },
    target: { kind: 'file', sha256: '0'.repeat(64), size: 1, mode: 0o600, uid: 0, gid: 0, xattrs: {} },
  }
  await expect(run(history, [directory, first, lost])).rejects.toMatchObject({ code: 'RT_BACKUP_DAMAGED' })
  expect(readdirSync(history.directory).toSorted()).toEqual(names.toSorted())
})

test('a path that cannot be taken back is named', async () => {
  const history = givenHistory()
  const restorations = await planned(history)
  let opened = 0
  const workshop = { store: new BlobStore(history.backups), jobId: nextJobId() }
  const meddling = perform(restorations, {
    access: history.access(),
    open: (path) => {
      opened += 1
      if (opened === 33) {
        // The first batch is made; now somebody changes a file of it, and one of the second.
        rmSync(history.at('file1'))
        mkdirSync(history.at('file1'))
        writeFileSync(history.at('file39'), 'mine')
      }
      return openRecorded(path)
    },
    workshop,
    undoes: ['x'],
  })
  await expect(meddling).rejects.toMatchObject({
    code: 'RT_FILE_CHANGED',
    details: { left: [{ path: history.at('file1'), reason: 'somebody else has changed it since' }] },
  })
  expect(history.content('file0')).toBe('new')
  const journal = await readJournal(history.backups, workshop.jobId)
  const known = journal?.batches.flatMap(({ changes }) => changes.map(({ path }) => path))
  expect(known).toEqual([history.at('file1')])
})
