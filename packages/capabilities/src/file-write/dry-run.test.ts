import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JsonObject } from '../json/json.ts'
import type { Args } from './args.ts'
import { fileWrite } from './execute.ts'
import { givenWorkplace, sha256 } from './job-fixture.ts'

/** Modes of new files are the kernel's to say. */
const withoutMode = (data: JsonObject): JsonObject => ({ ...data, mode: null })

const cases: readonly (readonly [string, Args])[] = [
  ['a new file', { path: 'new', content: 'x' }],
  ['a new file that is appended to', { path: 'new', content: 'x', append: true }],
  ['a file that is replaced', { path: 'old', content: 'x', mode: '600' }],
  ['a file that is appended to', { path: 'old', content: 'eA==', encoding: 'base64', append: true }],
  ['directories that are made', { path: 'there/a/b/c', content: 'x', create_parents: true }],
  ['no directory that is made', { path: 'there/a', content: 'x', create_parents: true }],
]

test.each(cases)('a dry run says what the run does, and changes nothing: %s', async (_title, args) => {
  const { directory, access, write } = givenWorkplace()
  writeFileSync(join(directory, 'old'), 'content')
  mkdirSync(join(directory, 'there'))
  const before = statSync(directory, { bigint: true }).ctimeNs
  const said = await write(args, { dryRun: true })
  expect(statSync(directory, { bigint: true }).ctimeNs).toBe(before)
  expect(readdirSync(directory)).toEqual(expect.arrayContaining(['old', 'there']))
  expect(readdirSync(join(directory, 'there'))).toEqual([])
  expect(() => statSync(access.backups)).toThrow('ENOENT')
  expect(withoutMode(said)).toEqual(withoutMode(await write(args)))
})

test('a dry run tells the mode where it is known', async () => {
  const { directory, write } = givenWorkplace()
  writeFileSync(join(directory, 'old'), 'content', { mode: 0o640 })
  const mode = async (args: Partial<Args>): Promise<unknown> =>
    (await write({ path: 'old', content: 'x', ...args }, { dryRun: true }))['mode']
  expect([await mode({}), await mode({ mode: '600' }), await mode({ path: 'new' })]).toEqual([
    '0640',
    '0600',
    null,
  ])
})

test('a dry run meets the refusals of the run', async () => {
  const { directory, write } = givenWorkplace()
  writeFileSync(join(directory, 'old'), 'content')
  for (const [args, code] of [
    [{ path: '.' }, 'RT_FILE_NOT_REGULAR'],
    [{ path: 'a/b' }, 'RT_FILE_NOT_FOUND'],
    [{ path: 'a/../b', create_parents: true }, 'RT_FILE_NOT_FOUND'],
    [{ path: 'old/b', create_parents: true }, 'RT_FILE_NOT_FOUND'],
    [{ path: '../b', create_parents: true }, 'RT_FILE_OUTSIDE'],
    [{ path: 'old', expect_sha256: sha256('other') }, 'RT_FILE_CHANGED'],
    [{ path: 'a/b', expect_sha256: sha256('x'), create_parents: true }, 'RT_FILE_CHANGED'],
  ] as const) {
    for (const dryRun of [true, false]) {
      const run = write({ content: 'x', ...args }, { dryRun })
      await expect(run, `${args.path} ${String(dryRun)}`).rejects.toMatchObject({ code })
    }
  }
})

test('a dry run needs no place for backups', async () => {
  const { directory } = givenWorkplace()
  const context = { jobId: 'job1', dryRun: true, workingDir: directory }
  expect(await fileWrite.execute({ path: 'a', content: 'x' }, context)).toMatchObject({
    message: 'Dry run, nothing was changed: 1 bytes written to the new a',
  })
})
