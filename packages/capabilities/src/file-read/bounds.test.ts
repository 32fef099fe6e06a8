import { execFileSync } from 'node:child_process'
import {
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { openDescriptors } from '../paths/tree-fixture.ts'
import { fileRead } from './execute.ts'

interface Place {
  readonly work: string
  readonly read: (path: string) => Promise<unknown>
}

/** A root, `work`, beside a secret. */
function given(): Place {
  const top = mkdtempSync(join(tmpdir(), 'runtimo-read-'))
  onTestFinished(() => rmSync(top, { recursive: true }))
  const work = join(top, 'work')
  mkdirSync(work)
  writeFileSync(join(top, 'secret'), 'secret')
  writeFileSync(join(work, 'a.txt'), 'a')
  const context = { jobId: 'test', dryRun: false, workingDir: work }
  const access = { roots: [work], deny: [], state: [], backups: '/none', tenant: 'test', sessionId: null }
  return { work, read: async (path) => await fileRead.execute({ path }, context, access) }
}

test('a file outside of the roots is not read, neither by its path nor through a link', async () => {
  const { work, read } = given()
  symlinkSync('../secret', join(work, 'link'))
  expect(readFileSync(join(work, 'link'), 'utf8')).toBe('secret')
  for (const path of ['link', '../secret', join(work, '../secret'), '/etc/passwd', '/proc/self/environ']) {
    await expect(read(path)).rejects.toMatchObject({ code: 'RT_FILE_OUTSIDE', details: { roots: [work] } })
  }
})

test('without access of its own a call reads below its working directory and /tmp', async () => {
  const { work } = given()
  const context = { jobId: 'test', dryRun: false, workingDir: work }
  expect(await fileRead.execute({ path: 'a.txt' }, context)).toMatchObject({ success: true })
  await expect(fileRead.execute({ path: '/etc/passwd' }, context)).rejects.toMatchObject({
    code: 'RT_FILE_OUTSIDE',
  })
})

test('the path in the output is where the file is', async () => {
  const { work, read } = given()
  mkdirSync(join(work, 'dir'))
  symlinkSync('../a.txt', join(work, 'dir/link'))
  expect(await read('./dir//link')).toMatchObject({
    data: { path: join(work, 'a.txt') },
    message: 'Read 1 bytes of link',
  })
})

test('devices, sockets and pipes are not opened for long, inside as well', async () => {
  const { work, read } = given()
  execFileSync('mkfifo', [join(work, 'pipe')])
  await expect(read('pipe')).rejects.toMatchObject({ code: 'RT_FILE_NOT_REGULAR' })
  const context = { jobId: 'test', dryRun: false, workingDir: '/dev' }
  for (const path of ['zero', 'tty', 'null']) {
    await expect(fileRead.execute({ path }, context)).rejects.toMatchObject({ code: /RT_FILE/u })
  }
})

test.skipIf(process.geteuid?.() !== 0)(
  'a second name is read only where its owner owns the directory',
  async () => {
    const { work, read } = given()
    linkSync(join(work, 'a.txt'), join(work, 'b.txt'))
    expect(await read('b.txt')).toMatchObject({ success: true })
    chownSync(work, 65_534, 65_534)
    linkSync(join(work, '../secret'), join(work, 'planted'))
    expect(readFileSync(join(work, 'planted'), 'utf8')).toBe('secret')
    await expect(read('planted')).rejects.toMatchObject({
      code: 'RT_FILE_LINKED',
      message: expect.stringContaining('2 names'),
    })
    rmSync(join(work, '../secret'))
    expect(await read('planted')).toMatchObject({ success: true })
  },
)

test('no descriptor is left open', async () => {
  const { work, read } = given()
  symlinkSync('loop', join(work, 'loop'))
  await read('a.txt')
  const before = openDescriptors()
  for (const path of ['a.txt', 'missing', '.', 'loop', '../secret', 'a.txt/x', '.env']) {
    await read(path).catch(() => undefined)
  }
  expect(openDescriptors()).toBe(before)
})
