import type { Limits } from '@runtimo/capabilities'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type JobFixture, startJob } from './job-fixture.ts'
import { readTmpfs } from './tmpfs.ts'
import { LimitWatch, type WatchSources } from './watch.ts'

const mebibyte = 1_048_576

function watchOver(job: JobFixture, watched: Limits, more: Partial<WatchSources> = {}): LimitWatch {
  return new LimitWatch(
    { leaf: {}, watched },
    {
      members: () => job.members(),
      outputBytes: () => 0,
      messages: () => 0,
      tmpfs: [],
      writable: [],
      ...more,
    },
  )
}

function workspace(): string {
  const directory = fs.mkdtempDisposableSync(join(os.tmpdir(), 'runtimo-limits-'))
  onTestFinished(() => directory.remove())
  return directory.path
}

const node = process.execPath
const shell = (script: string, ...args: string[]): JobFixture => startJob('sh', ['-c', script, 'sh', ...args])

test('a child that hogs memory trips the ceiling of the whole job and is named', async () => {
  const hog = 'globalThis.a = Buffer.alloc(200 << 20, 1); console.log(1); setInterval(() => {}, 1e6)'
  await using job = shell('"$1" -e "$2" & wait', node, hog)
  using loose = watchOver(job, { memoryBytes: 4096 * mebibyte })
  await job.said
  loose.look()
  expect(loose.peaks.memoryPeakBytes).toBeGreaterThan(200 * mebibyte)
  using tight = watchOver(job, { memoryBytes: 150 * mebibyte })
  const breach = await tight.tripped
  expect(breach).toMatchObject({ limit: 'memory', allowed: 150 * mebibyte })
  expect(breach.peak).toBeGreaterThan(200 * mebibyte)
  expect(breach.culprit?.pid).toBe(job.members()[1]?.pid)
  expect(breach.culprit?.share).toBeGreaterThan(0.5)
})

test('a loop that burns CPU time trips the ceiling', async () => {
  await using job = shell('while :; do :; done')
  using watch = watchOver(job, { cpuTimeMs: 50 })
  const breach = await watch.tripped
  expect(breach).toMatchObject({ limit: 'cpu_time', culprit: { pid: job.pid, comm: 'sh', share: 1 } })
  expect(breach.peak).toBeGreaterThan(50)
})

test('CPU time split over many short children counts, and whoever starts them is named', async () => {
  const child = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'
  await using job = shell('while :; do sh -c "$1"; done', child)
  using watch = watchOver(job, { cpuTimeMs: 300 })
  const { peak, culprit } = await watch.tripped
  expect(peak).toBeGreaterThan(300)
  expect(culprit?.pid).toBe(job.pid)
})

test('more processes than allowed trip the ceiling, and their parent is named', async () => {
  await using job = shell('for i in 1 2 3 4 5 6 7 8; do sleep 60 & done; echo 1; wait')
  using loose = watchOver(job, { processes: 9 })
  await job.said
  loose.look()
  expect(loose.peaks.tasks).toBe(9)
  expect(await loose.finish({ code: 0, signal: null })).toBeUndefined()
  using tight = watchOver(job, { processes: 8 })
  expect(await tight.tripped).toEqual({
    limit: 'processes',
    allowed: 8,
    peak: 9,
    culprit: { pid: job.pid, comm: 'sh', share: 1 },
  })
})

const isTmpInMemory = readTmpfs([os.tmpdir()], [process.pid]) !== undefined
if (isTmpInMemory) console.warn('skipped: files in the temp folder are not on storage here, so not counted')

test.skipIf(isTmpInMemory)('bytes written by a child that has ended still count', async () => {
  const path = workspace()
  const script = 'w() { head -c 1500000 /dev/zero >"$1"; }; w "$1/a"; echo 1; read line; w "$1/b"; read line'
  await using job = shell(script, path)
  using watch = watchOver(job, { writtenBytes: 2_000_000 })
  await job.said
  watch.look()
  expect(watch.peaks.writtenBytes).toBeGreaterThanOrEqual(1_500_000)
  expect(watch.peaks.writtenBytes).toBeLessThan(2_000_000)
  job.tell()
  const { limit, peak } = await watch.tripped
  expect(limit).toBe('written_bytes')
  expect(peak).toBeGreaterThan(2_000_000)
})

test('files made in the workspace trip the ceiling; those from before do not count', async () => {
  const path = workspace()
  for (let index = 0; index < 30; index++) fs.writeFileSync(join(path, `old${index}`), '')
  const script = 'cd "$1"; read line; i=0; while [ $i -lt 40 ]; do i=$((i+1)); : >f$i; done; read line'
  await using job = shell(script, path)
  using watch = watchOver(job, { writtenFiles: 20 }, { writable: [path] })
  await watch.ready
  job.tell()
  expect(await watch.tripped).toMatchObject({ limit: 'written_files', allowed: 20, peak: 21 })
})

test('files that were made right before the end are found after it', async () => {
  const path = workspace()
  await using job = shell('cd "$1"; read line; for i in 1 2 3; do : >f$i; done', path)
  using watch = watchOver(job, { writtenFiles: 2 }, { writable: [path] })
  await watch.ready
  job.tell()
  expect(await watch.finish(await job.end())).toMatchObject({ limit: 'written_files', peak: 3 })
})

test('a job that runs out of descriptors and fails for it is told so', async () => {
  const leak = `const { openSync, writeSync } = require('node:fs')
    try { for (;;) openSync('/dev/null') } catch { writeSync(1, 'full') }
    process.stdin.on('end', () => process.exit(1)).resume()`
  await using job = shell('ulimit -n 64; exec "$1" -e "$2"', node, leak)
  using watch = watchOver(job, { descriptors: 64 })
  await job.said
  watch.look()
  const breach = await watch.finish(await job.end())
  expect(breach).toMatchObject({ limit: 'descriptors', allowed: 64, culprit: { pid: job.pid, share: 1 } })
  expect(breach?.peak).toBeGreaterThanOrEqual(64)
})

test('a file that grows too large is told by the exit code of the shell', async () => {
  const path = workspace()
  await using job = shell('ulimit -f 8; head -c 1000000 /dev/zero >"$1/a"', path)
  using watch = watchOver(job, { fileSizeBytes: 4096 })
  expect(await watch.finish(await job.end())).toMatchObject({ limit: 'file_size', allowed: 4096 })
  expect(fs.statSync(join(path, 'a')).size).toBeLessThanOrEqual(8192)
})

/** A job with a tmpfs of its own at /mnt, in which it writes 3 MB and 5 files when told. */
function jobWithTmpfs(): JobFixture {
  const script = `mount -t tmpfs -o size=8m none /mnt || exit; echo 1; read line
    cd /mnt; head -c 3000000 /dev/zero >a; for i in 1 2 3 4; do : >f$i; done; echo 2; read line`
  return startJob('unshare', ['-Urm', 'sh', '-c', script])
}

const canUnshare = await (async (): Promise<boolean> => {
  await using job = jobWithTmpfs()
  return await job.said.then(
    () => true,
    () => false,
  )
})()
if (!canUnshare && process.env['CI'] === undefined) console.warn('skipped: no user namespaces here')

test.skipIf(!canUnshare && process.env['CI'] === undefined)(
  'what is written into a file system in memory counts as written, as files and as memory',
  async () => {
    await using job = jobWithTmpfs()
    await job.said
    const sources = { tmpfs: ['/mnt'], first: job.pid }
    using bytes = watchOver(job, { writtenBytes: 1_000_000 }, sources)
    using files = watchOver(job, { writtenFiles: 4 }, sources)
    using memory = watchOver(job, { memoryBytes: 1024 * mebibyte }, sources)
    await Promise.all([bytes.ready, files.ready])
    const before = memory.peaks.memoryPeakBytes ?? 0
    job.tell()
    expect(await bytes.tripped).toMatchObject({ limit: 'written_bytes', allowed: 1_000_000 })
    expect(await files.tripped).toMatchObject({ limit: 'written_files', allowed: 4, peak: 5 })
    memory.look()
    expect(memory.peaks.memoryPeakBytes).toBeGreaterThan(before + 2_500_000)
  },
)

test('a path that leads to a file system on storage is not taken for the job’s', () => {
  expect(readTmpfs(['/proc', '/nowhere'], [process.pid])).toBeUndefined()
})
