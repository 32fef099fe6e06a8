import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isRoot } from '../files/place-fixture.ts'
import { fileWrite } from './execute.ts'
import { givenWorkplace } from './job-fixture.ts'

test('without a place for backups nothing is changed', async () => {
  const { directory } = givenWorkplace()
  const context = { jobId: 'job1', dryRun: false, workingDir: directory }
  await expect(fileWrite.execute({ path: 'a', content: 'x' }, context)).rejects.toMatchObject({
    code: 'RT_BACKUP_FAILED',
  })
  expect(readdirSync(directory)).toEqual([])
})

test('when what is there cannot be kept it is not changed', async () => {
  const { directory, access, write } = givenWorkplace()
  writeFileSync(join(directory, 'a'), 'old')
  writeFileSync(access.backups, 'no directory')
  await expect(write({ path: 'a', content: 'new' })).rejects.toMatchObject({ code: 'RT_BACKUP_FAILED' })
  expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('old')
  expect(readdirSync(directory)).toEqual(['a'])
})

test('a file with two names is refused: neither is written through', async () => {
  const { directory, write } = givenWorkplace()
  const paths = ['a', 'b'].map((name) => join(directory, name))
  writeFileSync(join(directory, 'a'), 'old')
  linkSync(join(directory, 'a'), join(directory, 'b'))
  writeFileSync(join(directory, 'a'), 'through')
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(['through', 'through'])
  await expect(write({ path: 'a', content: 'new' })).rejects.toMatchObject({
    code: 'RT_FILE_LINKED',
    details: { path: join(directory, 'a'), names: 2 },
  })
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(['through', 'through'])
})

test('directories, pipes and what is behind a path that ends as a directory are no files', async () => {
  const { directory, write } = givenWorkplace()
  mkdirSync(join(directory, 'directory'))
  execFileSync('mkfifo', [join(directory, 'pipe')])
  for (const path of ['directory', 'pipe', '.', 'new/']) {
    await expect(write({ path, content: 'x' })).rejects.toMatchObject({ code: 'RT_FILE_NOT_REGULAR' })
  }
  expect(readdirSync(directory).toSorted()).toEqual(['directory', 'pipe'])
})

/** One of each rule. */
const critical = [
  '.ssh/id_ed25519',
  '.env',
  '.env.production',
  '.bashrc',
  '.git/hooks/pre-commit',
  '.git/config',
  '.netrc',
  '.aws/credentials',
  '.mcp.json',
  'sub/.ssh/config',
]

test.each(critical)('a critical file is refused though it is not there: %s', async (path) => {
  const { directory, write } = givenWorkplace()
  const args = { path, content: 'x', create_parents: true }
  for (const dryRun of [true, false]) {
    await expect(write(args, { dryRun })).rejects.toMatchObject({ code: 'RT_FILE_CRITICAL' })
  }
  expect(readdirSync(directory)).toEqual([])
  await write({ ...args, path: path.replaceAll('.', 'x') })
})

test('neither our own state nor what is outside of the roots is written, by whatever way', async () => {
  const { directory, access, write } = givenWorkplace()
  symlinkSync('/etc', join(directory, 'link'))
  symlinkSync('/etc/new', join(directory, 'dangling'))
  for (const path of ['/etc/new', '../new', 'link/new', 'dangling']) {
    await expect(write({ path, content: 'x' })).rejects.toMatchObject({ code: 'RT_FILE_OUTSIDE' })
  }
  const within = givenWorkplace(directory)
  Object.assign(within.access, { state: [join(directory, 'state')] })
  await expect(within.write({ path: 'state', content: 'x' })).rejects.toMatchObject({
    code: 'RT_FILE_CRITICAL',
  })
  expect(access.roots).toEqual([directory])
})

test('nothing over 100 MiB is made, by appending either, nor replaced', async () => {
  const { directory, write } = givenWorkplace()
  const path = join(directory, 'a')
  writeFileSync(path, '')
  truncateSync(path, 104_857_600)
  await expect(write({ path, content: 'x', append: true })).rejects.toMatchObject({
    code: 'RT_FILE_TOO_LARGE',
    details: { limit: 104_857_600, measured: 104_857_601 },
  })
  truncateSync(path, 104_857_601)
  await expect(write({ path, content: 'x' })).rejects.toMatchObject({ code: 'RT_FILE_TOO_LARGE' })
  expect(statSync(path).size).toBe(104_857_601)
  expect(readdirSync(directory)).toEqual(['a'])
})

test('a set-id program that is replaced is none any more', async () => {
  const { directory, write } = givenWorkplace()
  const path = join(directory, 'a')
  writeFileSync(path, 'old')
  chmodSync(path, 0o6755)
  expect(await write({ path, content: 'new' })).toMatchObject({ mode: '0755' })
  expect(statSync(path).mode & 0o7777).toBe(0o755)
})

test.runIf(isRoot)('the owner of a replaced file is kept', async () => {
  const { directory, write } = givenWorkplace()
  const path = join(directory, 'a')
  writeFileSync(path, 'old')
  chownSync(path, 1000, 1001)
  await write({ path, content: 'new' })
  expect(statSync(path)).toMatchObject({ uid: 1000, gid: 1001 })
})

test.skipIf(isRoot)('a file that this user may not write is not replaced, though he could', async () => {
  const { directory, write } = givenWorkplace()
  const path = join(directory, 'a')
  writeFileSync(path, 'old', { mode: 0o444 })
  for (const dryRun of [true, false]) {
    await expect(write({ path, content: 'new' }, { dryRun })).rejects.toMatchObject({
      code: 'RT_FILE_PERMISSION',
      details: { path, errno: 'EACCES' },
    })
  }
  expect(readFileSync(path, 'utf8')).toBe('old')
})
