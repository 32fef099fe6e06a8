import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { jobEvents, logPath, segmentsOf, writeParts } from '../read/log-fixture.ts'
import { endedPath } from '../segments.ts'
import type { LogAnswers } from './answers.ts'
import { FullAnswers } from './full-answers.ts'
import { LogIndex } from './log-index.ts'

const events = jobEvents(60).slice(1)

function log(count = 59): string {
  const path = logPath()
  writeParts(segmentsOf(path, [events.slice(0, 20), events.slice(20, count)]))
  return path
}

async function build(path: string): Promise<void> {
  using index = await LogIndex.open(path)
  await index.refresh()
}

/** All that can be asked. */
async function ask(answers: LogAnswers): Promise<unknown[]> {
  return [
    await answers.records({ jobId: 'J1' }),
    await answers.records({ jobId: 'J11' }),
    await answers.records({ jobId: 'J29' }),
    await answers.records({ jobId: 'nobody' }),
    await answers.records({ sessionId: 'S' }),
    await answers.jobs({ limit: 100 }),
    await answers.unfinished(),
  ]
}

async function askIndex(path: string): Promise<unknown[]> {
  using index = await LogIndex.open(path)
  return await ask(index)
}

async function askLog(path: string): Promise<unknown[]> {
  return await ask(new FullAnswers(path))
}

function change(path: string, sql: string): void {
  const database = new DatabaseSync(`${path}.index`)
  database.exec(sql)
  database.close()
}

test('an index is 0600, and beside the log', async () => {
  const path = log()
  expect(await askIndex(path)).toEqual(await askLog(path))
  expect(statSync(`${path}.index`).mode & 0o777).toBe(0o600)
  expect(existsSync(`${path}.index-journal`)).toBe(false)
})

test.each([
  ['empty', (index: string) => writeFileSync(index, '')],
  ['no database', (index: string) => writeFileSync(index, 'x'.repeat(9000))],
  ['cut', (index: string) => writeFileSync(index, readFileSync(index).subarray(0, 5000))],
  [
    'overwritten in the middle',
    (index: string) => writeFileSync(index, readFileSync(index).fill(0x41, 4096, 20_000)),
  ],
])('an index that is %s changes no answer', async (_name, damage) => {
  const path = log()
  await build(path)
  damage(`${path}.index`)
  expect(await askIndex(path)).toEqual(await askLog(path))
})

test.each([
  ['places that are wrong', 'UPDATE places SET offset = offset + 1'],
  ['places of others', 'UPDATE places SET name = -name; UPDATE places SET name = 32 + name'],
  ['places that are missing', 'DELETE FROM places WHERE name < 4'],
  ['names that are wrong', "UPDATE names SET name = 'x' || name"],
  ['names that are missing', 'DELETE FROM names WHERE id < 4'],
  ['names in the place of others', "UPDATE names SET name = 'nobody' WHERE name = 'J3'"],
  ['jobs that are all ended', 'UPDATE names SET state = 3 WHERE kind = 0'],
  ['outcomes that are wrong', "UPDATE names SET outcome = 'failed'"],
  ['a past of its own', "UPDATE segments SET last_hash = '00'"],
  ['less than it says', 'UPDATE segments SET bytes = 10'],
  ['another boot', "UPDATE state SET boot_id = 'x', names = 5"],
  ['no tables', 'DROP TABLE places'],
])('an index with %s changes no answer', async (_name, sql) => {
  const path = log()
  await build(path)
  change(path, sql)
  expect(await askIndex(path)).toEqual(await askLog(path))
})

test('the index of another log, or of another past, changes no answer', async () => {
  const path = log()
  await build(path)
  const other = log(40)
  copyFileSync(`${path}.index`, `${other}.index`)
  expect(await askIndex(other)).toEqual(await askLog(other))
  const otherPast = events.map((event) => ({ ...event, tenant: 'other' }))
  writeParts(segmentsOf(path, [otherPast.slice(0, 20), otherPast.slice(20, 59)]))
  expect(await askIndex(path)).toEqual(await askLog(path))
})

test('an index that is behind reads on, across a rotation, and not again from the beginning', async () => {
  const path = log(30)
  await build(path)
  const parts = segmentsOf(path, [events.slice(0, 20), events.slice(20, 40), events.slice(40)])
  renameSync(path, endedPath(path, 22))
  writeParts(parts)
  change(path, "UPDATE names SET outcome = 'mark' WHERE name = 'J1'")
  await askIndex(path)
  const database = new DatabaseSync(`${path}.index`)
  const rows = database.prepare("SELECT name FROM names WHERE outcome = 'mark'").all()
  database.close()
  expect(rows).toHaveLength(1)
  expect(await askIndex(path)).toEqual(await askLog(path))
})

test('where no index can be made, the answers are the same', async () => {
  const path = log()
  symlinkSync('/etc/hostname', `${path}.index`)
  using index = await LogIndex.open(path)
  expect(index.isUsed).toBe(false)
  expect(await askIndex(path)).toEqual(await askLog(path))
})

test('while somebody else holds the index, the answers are the same', async () => {
  const path = log()
  await build(path)
  appendFileSync(path, '{"v":1,')
  const holder = new DatabaseSync(`${path}.index`)
  holder.exec('BEGIN EXCLUSIVE')
  using index = await LogIndex.open(path)
  expect(await index.jobs({ limit: 3 })).toHaveLength(3)
  holder.close()
})

test('many who use an index at once do not wait for each other for ever', async () => {
  const path = log()
  const answers = await Promise.all(Array.from({ length: 8 }, () => askIndex(path)))
  const expected = await askLog(path)
  expect(answers.every((answer) => isDeepStrictEqual(answer, expected))).toBe(true)
})
