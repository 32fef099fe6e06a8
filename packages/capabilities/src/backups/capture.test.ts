import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { givenHistory, type History } from '../undo/history-fixture.ts'
import { openRecorded } from '../undo/recorded-place.ts'
import type { Place } from '../paths/place.ts'
import { BlobStore } from './blob-store.ts'
import { captureState } from './capture.ts'

function place(history: History, name: string): Place {
  const opened = openRecorded(history.at(name))
  onTestFinished(() => opened[Symbol.dispose]())
  return opened
}

test('each kind of thing is told, and no link is followed', async () => {
  const history = givenHistory()
  writeFileSync(history.at('file'), 'x', { mode: 0o640 })
  mkdirSync(history.at('directory'), { mode: 0o750 })
  symlinkSync('file', history.at('link'))
  expect(await captureState(place(history, 'file'))).toMatchObject({
    kind: 'file',
    size: 1,
    mode: 0o640,
    xattrs: {},
  })
  expect(await captureState(place(history, 'directory'))).toMatchObject({ kind: 'directory', mode: 0o750 })
  expect(await captureState(place(history, 'link'))).toEqual({ kind: 'link', target: 'file' })
  expect(await captureState(place(history, 'missing'))).toEqual({ kind: 'absent' })
})

test('a pipe without a writer is refused at once', async () => {
  const history = givenHistory()
  execFileSync('mkfifo', [history.at('pipe')])
  await expect(captureState(place(history, 'pipe'))).rejects.toMatchObject({ code: 'RT_FILE_NOT_REGULAR' })
})

test('a file of more than 100 MiB is refused before it is read', async () => {
  const history = givenHistory()
  writeFileSync(history.at('big'), '')
  truncateSync(history.at('big'), 104_857_601)
  await expect(captureState(place(history, 'big'))).rejects.toMatchObject({
    code: 'RT_FILE_TOO_LARGE',
    details: { limit: 104_857_600, measured: 104_857_601 },
  })
})

test('a file that changes while it is kept is refused', async () => {
  const history = givenHistory()
  writeFileSync(history.at('a'), 'one')
  class Slow extends BlobStore {
    override async put(...args: Parameters<BlobStore['put']>): ReturnType<BlobStore['put']> {
      const content = await super.put(...args)
      writeFileSync(history.at('a'), 'two')
      return content
    }
  }
  await expect(captureState(place(history, 'a'), new Slow(history.backups))).rejects.toMatchObject({
    code: 'RT_FILE_CHANGED',
  })
})
