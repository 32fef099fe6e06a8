import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { RuntimoError } from '@runtimo/capabilities'
import { givenWorkplace, sha256 } from '../../packages/capabilities/src/file-write/job-fixture.ts'
import { identityOf } from '../../packages/capabilities/src/files/identity.ts'
import { givenPlace } from '../../packages/capabilities/src/files/place-fixture.ts'
import { stageFile } from '../../packages/capabilities/src/files/stage-file.ts'
import { writeAt } from '../../packages/capabilities/src/files/write-at.ts'
import type { Place } from '../../packages/capabilities/src/paths/place.ts'
import { isRoot } from '../support/attack.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

/** In memory: two thousand files are synced there in no time. */
function memoryDirectory(): string {
  const directory = mkdtempSync('/dev/shm/runtimo-test-')
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A thread that reads a file over and over: how often it was whole, all of one letter, and how often not. */
async function startReader(
  path: string,
  size: number,
): Promise<() => Promise<{ whole: number; mixed: number }>> {
  const program = `
    const { readFileSync } = require('node:fs')
    const { parentPort, workerData: { path, size, stop } } = require('node:worker_threads')
    const stopped = new Int32Array(stop)
    const found = { whole: 0, mixed: 0 }
    const isWhole = (text) => text.length === size && text === text[0].repeat(size)
    parentPort.postMessage('reading')
    // It leaves the core to the writer in between: a machine of two has others to serve.
    while (Atomics.wait(stopped, 0, 0, 0.05) === 'timed-out') {
      found[isWhole(readFileSync(path, 'latin1')) ? 'whole' : 'mixed']++
    }
    parentPort.postMessage(found)`
  const stop = new SharedArrayBuffer(4)
  const reader = new Worker(program, { eval: true, workerData: { path, size, stop } })
  await once(reader, 'message')
  return async () => {
    Atomics.store(new Int32Array(stop), 0, 1)
    const [found] = await once(reader, 'message')
    await reader.terminate()
    return found
  }
}

const size = 20_000
const letters = 'abcdefghij'.split('').map((letter) => letter.repeat(size))

test('a file that is written to in place is seen half written', async () => {
  const path = join(memoryDirectory(), 'a')
  writeFileSync(path, letters[0] ?? '')
  const stop = await startReader(path, size)
  for (let round = 0; round < 2000; round++) await writeFile(path, letters[round % 10] ?? '')
  expect((await stop()).mixed).toBeGreaterThan(0)
})

/** What FileWrite and Undo do in the end. */
async function replace(place: Place, content: string): Promise<void> {
  const expected = await identityOf(place)
  await using staged = await stageFile(place, 'test', {}, (file) => writeAt(file, Buffer.from(content), 0))
  await staged.commit(expected)
}

test('who reads during 2,000 replacements sees one of the contents each time', async () => {
  const directory = memoryDirectory()
  const place = givenPlace(directory, 'a')
  writeFileSync(place.path, letters[0] ?? '')
  const stop = await startReader(place.path, size)
  for (let round = 0; round < 2000; round++) await replace(place, letters[round % 10] ?? '')
  const { whole, mixed } = await stop()
  expect(mixed).toBe(0)
  expect(whole).toBeGreaterThan(100)
  expect(readdirSync(directory)).toEqual(['a'])
})

const lines = Array.from({ length: 20 }, (_, i) => `line ${i}\n`)

test('what is read, added to and written back at once by many is lost', async () => {
  const path = join(temporaryDirectory(), 'a')
  writeFileSync(path, '')
  await Promise.all(lines.map(async (line) => await writeFile(path, (await readFile(path, 'utf8')) + line)))
  expect(readFileSync(path, 'utf8').split('\n').length - 1).toBeLessThan(lines.length)
})

test('many who append at once lose nothing: each is there, or is told that the file changed', async () => {
  const { directory, write } = givenWorkplace()
  const path = join(directory, 'a')
  let refused = 0
  const append = async (content: string): Promise<void> => {
    for (;;) {
      try {
        await write({ path, content, append: true })
        return
      } catch (error) {
        if (!(error instanceof RuntimoError && error.code === 'RT_FILE_CHANGED')) throw error
        refused++
      }
    }
  }
  await Promise.all(lines.map(append))
  expect(
    readFileSync(path, 'utf8')
      .split('\n')
      .toSorted((a, b) => a.localeCompare(b)),
  ).toEqual([...lines.map((line) => line.trimEnd()), ''].toSorted((a, b) => a.localeCompare(b)))
  expect(refused).toBeGreaterThan(0)
  expect(readdirSync(directory)).toEqual(['a'])
})

test('of many who write at once each that succeeds is whole, and the last of them stays', async () => {
  const { directory, write } = givenWorkplace()
  const path = join(directory, 'a')
  const outcomes = await Promise.allSettled(letters.map((content) => write({ path, content })))
  const done = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [outcome.value['sha256']] : [],
  )
  const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
  expect(done).toContain(sha256(readFileSync(path)))
  expect(new Set(codes)).toEqual(new Set(['RT_FILE_CHANGED']))
  expect(readdirSync(directory)).toEqual(['a'])
})

/** A disk of one megabyte. */
function smallDisk(options = 'size=1m'): string {
  const directory = temporaryDirectory()
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory])
  onTestFinished(() => void execFileSync('umount', [directory]))
  return directory
}

test('on a full disk a file that is written in place is lost', async ({ skip }) => {
  skip(!isRoot, 'only root mounts a small disk')
  const path = join(smallDisk(), 'a')
  writeFileSync(path, 'old')
  await expect(writeFile(path, 'x'.repeat(2_000_000))).rejects.toMatchObject({ code: 'ENOSPC' })
  expect(statSync(path).size).not.toBe(3)
})

test.for([
  ['no room for the new file', 'size=1m', 2_000_000, false],
  ['no room for what is added', 'size=1m', 1_200_000, true],
  ['no room for another file', 'size=1m,nr_inodes=2', 1, false],
] as const)(
  'on a full disk the old file stays, and nothing else: %s',
  async ([, options, bytes, append], { skip }) => {
    skip(!isRoot, 'only root mounts a small disk')
    const { directory, write } = givenWorkplace(smallDisk(options))
    const path = join(directory, 'a')
    writeFileSync(path, 'old')
    await expect(write({ path, content: 'x'.repeat(bytes), append })).rejects.toMatchObject({
      code: 'RT_FILE_IO',
      details: { path, errno: 'ENOSPC' },
    })
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(directory)).toEqual(['a'])
  },
)
