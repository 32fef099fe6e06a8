import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { fileWrite } from '../../packages/capabilities/src/file-write/execute.ts'
import { undo } from '../../packages/capabilities/src/undo/execute.ts'
import { exchangeNames } from '../support/exchange.ts'

const isFull = process.env['RUNTIMO_FULL'] === '1'
const timeout = isFull ? 600_000 : 30_000
const rounds = isFull ? 10_000 : 300

interface Arena {
  readonly work: string
  readonly outside: string
  readonly backups: string
}

/** In memory, for thousands of journals. `outside/file` is what the job left, so that an Undo that comes there by mistake finds nothing wrong. */
function arena(): Arena {
  const top = mkdtempSync('/dev/shm/runtimo-test-')
  onTestFinished(() => rmSync(top, { recursive: true, force: true }))
  const [work, outside, backups] = ['work', 'outside', 'backups'].map((name) => join(top, name))
  if (work === undefined || outside === undefined || backups === undefined) throw new Error('no arena')
  mkdirSync(join(work, 'dir'), { recursive: true })
  mkdirSync(outside)
  writeFileSync(join(work, 'dir/file'), 'before')
  writeFileSync(join(outside, 'file'), 'after')
  symlinkSync(outside, join(work, 'link'))
  return { work, outside, backups }
}

test('whoever looks first and writes then, undoes a file outside', async () => {
  const { work, outside } = arena()
  await exchangeNames(join(work, 'dir'), join(work, 'link'), 0.0002)
  const path = join(work, 'dir/file')
  for (let round = 0; round < 200_000 && readFileSync(join(outside, 'file'), 'utf8') === 'after'; round++) {
    try {
      if (realpathSync.native(path).startsWith(`${work}/`)) writeFileSync(path, 'before')
    } catch {
      // It was exchanged while it was looked at.
    }
  }
  expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('before')
})

test('Undo changes nothing outside while its directory becomes a link, and back', { timeout }, async () => {
  const { work, outside, backups } = arena()
  const access = { roots: [work], deny: [], state: [backups], backups, tenant: 't', sessionId: null }
  const context = { dryRun: false, workingDir: work }
  await fileWrite.execute({ path: 'dir/file', content: 'after' }, { ...context, jobId: 'WRITE' }, access)
  const { ino } = lstatSync(join(outside, 'file'))
  const outcomes = { undone: 0, refused: 0 }
  let last = 'WRITE'
  const stop = await exchangeNames(join(work, 'dir'), join(work, 'link'), 0.0002)
  for (let round = 0; round < rounds; round++) {
    const jobId = `UNDO${round}`
    try {
      await undo.execute({ job_id: last, force: ['dir/file'] }, { ...context, jobId }, access)
      outcomes.undone += 1
      if (existsSync(join(backups, 'jobs', `${jobId}.jsonl`))) last = jobId
    } catch {
      outcomes.refused += 1
    }
  }
  await stop()
  expect(outcomes.undone).toBeGreaterThan(0)
  expect(outcomes.refused).toBeGreaterThan(0)
  expect(readdirSync(outside)).toEqual(['file'])
  expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('after')
  expect(lstatSync(join(outside, 'file')).ino).toBe(ino)
  const inside = [join(work, 'dir'), join(work, 'link')].find((path) => !lstatSync(path).isSymbolicLink())
  expect(readdirSync(inside ?? '').filter((name) => name.startsWith('.runtimo-'))).toEqual([])
})
