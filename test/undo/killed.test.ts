import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { settleJournal } from '@runtimo/capabilities'
import { fileWrite } from '../../packages/capabilities/src/file-write/execute.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const isFull = process.env['RUNTIMO_FULL'] === '1'
const rounds = isFull ? 200 : 8
const names = Array.from({ length: 40 }, (_, index) => `file${index}`)

interface Work {
  readonly directory: string
  readonly backups: string
}

async function givenSession(): Promise<Work> {
  const directory = temporaryDirectory()
  const backups = join(temporaryDirectory(), 'backups')
  const access = { roots: [directory], deny: [], state: [backups], backups, tenant: 't', sessionId: 's' }
  for (const [index, path] of names.entries()) {
    writeFileSync(join(directory, path), 'old')
    const context = { jobId: `WRITE${index}`, dryRun: false, workingDir: directory }
    await fileWrite.execute({ path, content: 'new' }, context, access)
  }
  return { directory, backups }
}

/** Whether it was done before it was killed, at a moment that `until` waits for. */
async function undo(
  { directory, backups }: Work,
  jobId: string,
  until?: () => Promise<void>,
): Promise<boolean> {
  const script = fileURLToPath(new URL('./undo-child.ts', import.meta.url))
  const args = ['--conditions=runtimo-source', script, directory, backups, 's', jobId]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()))
  await once(child.stdout, 'data')
  if (until !== undefined) {
    await Promise.race([until(), ended])
    child.kill('SIGKILL')
  }
  await ended
  return output.includes('done')
}

const contents = ({ directory }: Work): string[] =>
  names.map((name) => readFileSync(join(directory, name), 'utf8'))

/** The order in which they are undone. */
const order = names.toSorted()

async function isOld({ directory }: Work, name: string): Promise<void> {
  while (readFileSync(join(directory, name), 'utf8') !== 'old') await sleep(0)
}

test('an undo of forty files that is killed at any moment has undone all of them, or none', async () => {
  const work = await givenSession()
  const seen = { torn: 0, 'rolled back': 0, done: 0, 'not begun': 0 }
  for (let round = 0; round < rounds; round++) {
    const jobId = `UNDO${round}`
    const seenOld = order[Math.floor(Math.random() * order.length * 0.8)] ?? ''
    await undo(work, jobId, () => (round % 2 === 0 ? isOld(work, seenOld) : sleep(Math.random() * 200)))
    if (new Set(contents(work)).size > 1) seen.torn += 1
    const settled = await settleJournal(work.backups, jobId, { dryRun: false })
    const after = new Set(contents(work))
    expect([...after]).toEqual(settled.files === 'kept' ? ['old'] : [after.has('old') ? 'old' : 'new'])
    expect(readdirSync(work.directory)).toHaveLength(names.length)
    expect(await settleJournal(work.backups, jobId, { dryRun: false })).toMatchObject({
      files: settled.files,
    })
    if (settled.files === 'rolled_back') seen['rolled back'] += 1
    else if (settled.files === 'kept') seen.done += 1
    else seen['not begun'] += 1
    if (!after.has('old')) continue
    for (const name of names) writeFileSync(join(work.directory, name), 'new')
  }
  // What a kill leaves without recovery: some old, some new.
  expect(seen.torn).toBeGreaterThan(0)
  expect(seen['rolled back']).toBeGreaterThanOrEqual(seen.torn)
  expect(await undo(work, 'UNDOLAST')).toBe(true)
  expect(new Set(contents(work))).toEqual(new Set(['old']))
}, 120_000)
