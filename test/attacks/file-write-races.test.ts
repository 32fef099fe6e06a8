import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { RuntimoError } from '@runtimo/capabilities'
import { givenWorkplace } from '../../packages/capabilities/src/file-write/job-fixture.ts'
import { exchangeNames } from '../support/exchange.ts'

const isFull = process.env['RUNTIMO_FULL'] === '1'
const timeout = isFull ? 600_000 : 30_000

interface Arena {
  readonly work: string
  readonly outside: string
  readonly state: string
}

/** In memory, for thousands of files. `work/dir` and a link that leads outside change names all the time. */
async function arena(): Promise<Arena> {
  const top = mkdtempSync('/dev/shm/runtimo-test-')
  onTestFinished(() => rmSync(top, { recursive: true, force: true }))
  const [work, outside, state] = ['work', 'outside', 'state'].map((name) => join(top, name)) as [
    string,
    string,
    string,
  ]
  for (const path of [join(work, 'dir'), outside, state]) mkdirSync(path, { recursive: true, mode: 0o700 })
  symlinkSync(outside, join(work, 'link'))
  await exchangeNames(join(work, 'dir'), join(work, 'link'))
  return { work, outside, state }
}

/** Not while it is exchanged: the look itself fails then. */
function isReal(path: string): boolean {
  try {
    return realpathSync(path) === path
  } catch {
    return false
  }
}

test('who checks a path and then writes to it writes outside', async () => {
  const { work, outside } = await arena()
  const directory = join(work, 'dir')
  for (let round = 0; round < 100_000 && readdirSync(outside).length === 0; round++) {
    if (isReal(directory)) writeFileSync(join(directory, 'a'), 'x')
    if (round % 1000 === 0) await turn()
  }
  expect(readdirSync(outside)).toEqual(['a'])
})

test(
  'FileWrite never writes outside while a directory on the way becomes a link, and a link a directory',
  { timeout },
  async () => {
    const { work, outside, state } = await arena()
    const { write } = givenWorkplace(work, state)
    const tally: Record<string, number> = {}
    for (let round = 0; round < (isFull ? 10_000 : 2000); round++) {
      const args = round % 2 === 0 ? { path: 'dir/a' } : { path: 'dir/made/a', create_parents: true }
      const outcome = await write({ ...args, content: `${round}`, append: round % 3 === 0 }).then(
        () => 'written',
        (error: unknown) => (error instanceof RuntimoError ? error.code : String(error)),
      )
      tally[outcome] = (tally[outcome] ?? 0) + 1
    }
    expect(readdirSync(outside)).toEqual([])
    expect(Object.keys(tally).toSorted((a, b) => a.localeCompare(b))).toEqual(['RT_FILE_OUTSIDE', 'written'])
  },
)
