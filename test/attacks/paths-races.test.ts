import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { fileRead } from '../../packages/capabilities/src/file-read/execute.ts'
import { errnoOf } from '../../packages/capabilities/src/linux/errno.ts'
import { openPlace } from '../../packages/capabilities/src/paths/open-place.ts'
import { ways } from '../../packages/capabilities/src/paths/tree-fixture.ts'
import { exchangeNames } from '../support/exchange.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const isFull = process.env['RUNTIMO_FULL'] === '1'
const timeout = isFull ? 600_000 : 30_000

interface Arena {
  readonly work: string
  readonly outside: string
}

/** `dir/file` and `file` are inside; `link`, `link-file` and `moved` lead to the same names outside, or are there. */
function arena(): Arena {
  const top = temporaryDirectory()
  const [work, outside] = [join(top, 'work'), join(top, 'outside')]
  for (const name of ['work/dir/below', 'work/up', 'outside/moved', 'outside/below'])
    mkdirSync(join(top, name), { recursive: true })
  for (const name of ['work/dir/file', 'work/file', 'work/up/file']) writeFileSync(join(top, name), 'inside')
  writeFileSync(join(outside, 'file'), 'secret')
  symlinkSync(outside, join(work, 'link'))
  symlinkSync(join(outside, 'file'), join(work, 'link-file'))
  return { work, outside }
}

type Tally = Record<string, number>

function count(tally: Tally, read: () => string): void {
  let outcome
  try {
    outcome = read()
  } catch (error) {
    outcome = errnoOf(error)
  }
  tally[outcome] = (tally[outcome] ?? 0) + 1
}

/** What programs do that know no better. */
function checkThenRead(path: string, root: string): string {
  return realpathSync(path).startsWith(`${root}/`) ? readFileSync(path, 'utf8') : 'refused'
}

/** What those do that know half of it: the directory is held, but its parent may be another one by now. */
function holdThenGoUp(directory: string): string {
  const fd = openSync(directory, constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    return readFileSync(`/proc/self/fd/${fd}/../file`, 'utf8')
  } finally {
    closeSync(fd)
  }
}

interface Attack {
  readonly when: string
  readonly path: string
  readonly start: (arena: Arena) => Promise<unknown>
  readonly naive: (arena: Arena) => string
  readonly times: number
}

const directoryBecomesLink = ({ work }: Arena): Promise<unknown> =>
  exchangeNames(join(work, 'dir'), join(work, 'link'))
const fileBecomesLink = ({ work }: Arena): Promise<unknown> =>
  exchangeNames(join(work, 'file'), join(work, 'link-file'))
const directoryIsMovedOut = ({ work, outside }: Arena): Promise<unknown> =>
  exchangeNames(join(work, 'up'), join(outside, 'moved'))

const attacks: readonly Attack[] = [
  {
    when: 'its directory becomes a link',
    path: 'dir/file',
    start: directoryBecomesLink,
    naive: ({ work }) => checkThenRead(`${work}/dir/file`, work),
    times: 10_000,
  },
  {
    when: 'it becomes a link',
    path: 'file',
    start: fileBecomesLink,
    naive: ({ work }) => checkThenRead(`${work}/file`, work),
    times: 2500,
  },
  {
    when: 'a directory is moved out before the way goes up from it',
    path: 'up/../file',
    start: directoryIsMovedOut,
    naive: ({ work }) => holdThenGoUp(`${work}/up`),
    times: 2500,
  },
  {
    when: 'a directory on the way becomes a link',
    path: 'dir/below/../file',
    start: directoryBecomesLink,
    naive: ({ work }) => checkThenRead(`${work}/dir/below/../file`, work),
    times: 2500,
  },
]

test.each(attacks)('whoever checks first is fooled when $when', async ({ start, naive }) => {
  const here = arena()
  await start(here)
  const tally: Tally = {}
  for (let round = 0; round < 100_000 && tally['secret'] === undefined; round++)
    count(tally, () => naive(here))
  expect(tally['secret']).toBe(1)
})

describe.each(ways)('resolved %s', (_way, resolvers) => {
  test.each(attacks)(
    'a file is read where it was, or not at all, when $when',
    async ({ path, start, times }) => {
      const here = arena()
      await start(here)
      const access = { roots: [here.work], deny: [], state: [] }
      const tally: Tally = {}
      for (let round = 0; round < (isFull ? 10_000 : times); round++) {
        count(tally, () => {
          using place = openPlace(path, { access, workingDir: here.work, purpose: 'read' }, resolvers)
          return readFileSync(place.at, { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW })
        })
      }
      expect(tally['secret']).toBeUndefined()
      expect(tally['inside']).toBeGreaterThan(0)
    },
    timeout,
  )

  test('no directory is made outside', async () => {
    const here = arena()
    await exchangeNames(join(here.work, 'dir'), join(here.work, 'link'))
    const access = { roots: [here.work], deny: [], state: [] }
    const options = { access, workingDir: here.work, purpose: 'write', createParents: true } as const
    const tally: Tally = {}
    for (let round = 0; round < 1000; round++) {
      count(tally, () => {
        using place = openPlace(`dir/${round}/file`, options, resolvers)
        return place.created.length === 1 ? 'made' : 'there'
      })
    }
    expect(tally['made']).toBeGreaterThan(0)
    expect(readdirSync(here.outside)).toHaveLength(3)
  })
})

test(
  'FileRead reads nothing from outside while a directory and a file become links',
  { timeout },
  async () => {
    const here = arena()
    await exchangeNames(join(here.work, 'dir'), join(here.work, 'link'))
    await exchangeNames(join(here.work, 'file'), join(here.work, 'link-file'))
    const context = { jobId: 'test', dryRun: false, workingDir: here.work }
    const access = { roots: [here.work], deny: [], state: [], backups: '', tenant: '', sessionId: null }
    const seen = new Set<string>()
    for (let round = 0; round < (isFull ? 10_000 : 1000); round++) {
      for (const path of ['dir/file', 'file']) {
        try {
          seen.add(JSON.stringify(await fileRead.execute({ path }, context, access)))
        } catch (error) {
          seen.add(errnoOf(error))
        }
      }
    }
    const outcomes = [...seen].join('\n')
    expect(outcomes).toContain('"content":"inside"')
    expect(outcomes).not.toContain('secret')
  },
)
