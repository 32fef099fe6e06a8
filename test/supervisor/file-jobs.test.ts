import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { SessionManager, Supervisor, WalReader, type WalRecord } from '@runtimo/supervisor'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

interface Place {
  readonly workingDir: string
  readonly backups: { readonly dir: string }
  readonly walPath: string
  readonly sessionsDir: string
}

function place(): Place {
  const [state, workingDir] = [temporaryDirectory(), temporaryDirectory()]
  return {
    workingDir,
    backups: { dir: join(state, 'backups') },
    walPath: join(state, 'wal.jsonl'),
    sessionsDir: join(state, 'sessions'),
  }
}

function open({ workingDir: _workingDir, ...options }: Place): Supervisor {
  return testSupervisor(options)
}

async function records({ walPath }: Place): Promise<WalRecord[]> {
  const found: WalRecord[] = []
  for await (const entry of new WalReader(walPath).entries()) if (entry.ok) found.push(entry.record)
  return found
}

test('what a job wrote is undone after a restart, once; the log says what was put back', async () => {
  const at = place()
  const { workingDir } = at
  const path = join(workingDir, 'notes.txt')
  writeFileSync(path, 'old\n', { mode: 0o640 })
  const first = open(at)
  const job = await first.run('FileWrite', { path: 'notes.txt', content: 'new\n' }, { workingDir })
  expect(job).toMatchObject({ success: true, posture: { level: 'process' } })
  expect(readFileSync(path, 'utf8')).toBe('new\n')
  await first.close()
  const second = open(at)
  const undo = await second.undo(job.jobId, { workingDir })
  expect(undo).toMatchObject({ success: true, output: { data: { already_undone: false } } })
  expect(readFileSync(path, 'utf8')).toBe('old\n')
  expect(statSync(path).mode & 0o7777).toBe(0o640)
  expect(await second.undo(job.jobId, { workingDir })).toMatchObject({
    success: true,
    output: { data: { already_undone: true } },
  })
  expect((await records(at)).filter(({ type }) => type === 'job_rolled_back')).toMatchObject([
    { job_id: job.jobId, undone_by: undo.jobId, paths: [{ path }] },
  ])
  // And an undo is a job like any other.
  expect(await second.undo(undo.jobId, { workingDir })).toMatchObject({ success: true })
  expect(readFileSync(path, 'utf8')).toBe('new\n')
})

test('a job is undone from whatever directory; a directory that was exchanged for a link is not followed', async () => {
  const at = place()
  const elsewhere = { workingDir: temporaryDirectory() }
  const workingDir = join(process.cwd(), `test-undo-${process.pid}`)
  onTestFinished(() => rmSync(workingDir, { recursive: true, force: true }))
  mkdirSync(join(workingDir, 'sub'), { recursive: true })
  const supervisor = open(at)
  const write = async (path: string): Promise<string> =>
    (await supervisor.run('FileWrite', { path, content: 'x' }, { workingDir })).jobId
  const [plain, moved] = [await write('plain'), await write('sub/moved')]
  expect(await supervisor.undo(plain, elsewhere)).toMatchObject({ success: true })
  expect(existsSync(join(workingDir, 'plain'))).toBe(false)
  renameSync(join(workingDir, 'sub'), join(workingDir, 'other'))
  symlinkSync('other', join(workingDir, 'sub'))
  expect((await supervisor.undo(moved, elsewhere)).error?.code).toMatch(
    /^RT_(?:UNDO_CONFLICT|FILE_OUTSIDE)$/u,
  )
  expect(existsSync(join(workingDir, 'other/moved'))).toBe(true)
})

test('jobs of another tenant are not there to be undone (F13)', async () => {
  const at = place()
  const { workingDir } = at
  const job = await open(at).run('FileWrite', { path: 'a', content: 'x' }, { workingDir })
  const other = testSupervisor({ walPath: at.walPath, backups: at.backups, tenant: 'other' })
  expect((await other.undo(job.jobId, { workingDir })).error?.code).toBe('RT_UNDO_NOTHING')
  expect(existsSync(join(workingDir, 'a'))).toBe(true)
  expect(await open(at).undo(job.jobId, { workingDir })).toMatchObject({ success: true })
  expect(existsSync(join(workingDir, 'a'))).toBe(false)
})

test('a session is undone as a whole, newest first; one that is missing fails no job', async () => {
  const at = place()
  const { workingDir } = at
  const supervisor = open(at)
  const sessions = new SessionManager(at.sessionsDir)
  const { id } = await sessions.create({ name: 'nightly' })
  writeFileSync(join(workingDir, 'a'), 'before')
  for (const content of ['one', 'two', 'three']) {
    const job = await supervisor.run('FileWrite', { path: 'a', content }, { workingDir, sessionId: id })
    expect(job).toMatchObject({ success: true, session: { recorded: true } })
  }
  expect((await sessions.show('nightly')).jobs).toHaveLength(3)
  expect(await supervisor.run('Undo', { session_id: id }, { workingDir })).toMatchObject({ success: true })
  expect(readFileSync(join(workingDir, 'a'), 'utf8')).toBe('before')
  const lost = await supervisor.run(
    'FileWrite',
    { path: 'a', content: 'x' },
    { workingDir, sessionId: 'lost' },
  )
  expect(lost).toMatchObject({
    success: true,
    session: { recorded: false, error: { code: 'RT_SESSION_NOT_FOUND' } },
  })
})

test('our own state is written, read and undone by nobody (F14)', async () => {
  const at = place()
  const supervisor = open(at)
  const workingDir = dirname(at.walPath)
  await supervisor.run('FileWrite', { path: 'a', content: 'x' }, { workingDir: at.workingDir })
  for (const path of [
    'wal.jsonl',
    'wal.jsonl.lock',
    'wal.jsonl.0000000000000001',
    'backups/x',
    'sessions/x',
  ]) {
    const write = await supervisor.run('FileWrite', { path, content: 'x' }, { workingDir })
    expect({ path, code: write.error?.code }).toEqual({ path, code: 'RT_FILE_CRITICAL' })
  }
  const read = await supervisor.run('FileRead', { path: 'wal.jsonl' }, { workingDir })
  expect(read.error?.code).toBe('RT_FILE_CRITICAL')
})

test('in a sandbox, where its backups would be lost, FileWrite is refused, and says where it runs', async () => {
  const at = place()
  const { workingDir } = at
  await expect(
    open(at).run('FileWrite', { path: 'a', content: 'x' }, { workingDir, level: 'sandbox' }),
  ).rejects.toMatchObject({
    code: 'RT_POSTURE_UNAVAILABLE',
    message: expect.stringContaining('level process'),
  })
  expect(existsSync(join(workingDir, 'a'))).toBe(false)
})

async function untilRefused(run: () => Promise<unknown>): Promise<unknown> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await run()
    } catch (error) {
      return error
    }
  }
  return undefined
}

const isRoot = process.getuid?.() === 0

test.skipIf(!isRoot)(
  'a full log disk refuses new jobs, records those that run to their end, and recovers when there is room (A04)',
  async () => {
    const disk = temporaryDirectory()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', disk])
    onTestFinished(() => void execFileSync('umount', [disk]))
    const supervisor = testSupervisor({ walPath: join(disk, 'wal.jsonl') })
    const workingDir = temporaryDirectory()
    mkdirSync(join(workingDir, 'sub'))
    const cmd = 'while [ ! -e go ]; do sleep 0.05; done; head -c 40000 /dev/zero | tr "\\0" x'
    const running = Promise.all(
      Array.from({ length: 4 }, () => supervisor.run('ShellExec', { cmd }, { workingDir })),
    )
    await expect
      .poll(() => readFileSync(join(disk, 'wal.jsonl'), 'utf8').split('job_validated').length, {
        timeout: 20_000,
      })
      .toBe(5)
    const filler = join(disk, 'filler')
    expect(() => {
      for (;;) writeFileSync(filler, Buffer.alloc(4096), { flag: 'a' })
    }).toThrow('ENOSPC')
    // What the log has taken ahead for itself is used up first.
    const refused = await untilRefused(() => supervisor.run('ShellExec', { cmd: 'true' }, { workingDir }))
    expect(refused).toMatchObject({ code: 'RT_WAL_FULL', exitCode: 125 })
    writeFileSync(join(workingDir, 'go'), '')
    const results = await running
    expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'completed'))
    const ends = readFileSync(join(disk, 'wal.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"job_completed"'))
    for (const { jobId } of results) expect(ends.some((line) => line.includes(jobId))).toBe(true)
    execFileSync('rm', [filler])
    expect(await supervisor.run('ShellExec', { cmd: 'true' }, { workingDir })).toMatchObject({
      success: true,
    })
  },
)

if (!isRoot) console.warn('file-jobs: a full disk is tried by root only, who may mount one')
