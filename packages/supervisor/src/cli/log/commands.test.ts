import { generateKeyPairSync } from 'node:crypto'
import { appendFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { expect, onTestFinished, test, vi } from 'vitest'
import { hashLine } from '../../wal/line.ts'
import { jobEvents, linesOf, logPath, segmentsOf, writeParts } from '../../wal/read/log-fixture.ts'
import type { WalEvent } from '../../wal/record.ts'
import { jobs } from '../jobs.ts'
import { logs } from '../logs.ts'
import { status } from '../status.ts'
import { anchor } from '../wal/anchor.ts'
import { head } from '../wal/head.ts'
import { verify } from '../wal/verify.ts'

const events = jobEvents(40).slice(1)

function use(path: string): string {
  vi.stubEnv('RUNTIMO_WAL_PATH', path)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    process.exitCode = undefined
  })
  return path
}

function log(last: readonly WalEvent[] = []): string {
  const path = use(logPath())
  writeParts(segmentsOf(path, [events.slice(0, 20), [...events.slice(20), ...last]]))
  return path
}

/** What a command prints, and its exit code. */
async function printed(command: () => Promise<void>): Promise<{ text: string; exitCode: unknown }> {
  const texts: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => texts.push(String(text)) > 0)
  process.exitCode = undefined
  try {
    await command()
  } finally {
    spy.mockRestore()
  }
  const { exitCode } = process
  process.exitCode = undefined
  return { text: texts.join(''), exitCode }
}

async function seqs(options: Parameters<typeof logs>[0]): Promise<unknown[]> {
  const { text } = await printed(() => logs({ ...options, json: true }))
  const rows: unknown = JSON.parse(text)
  return Array.isArray(rows) ? rows.map((row: unknown) => Reflect.get(Object(row), 'seq')) : []
}

test('logs shows the last records, of all segments', async () => {
  log()
  expect(await seqs({ n: '3' })).toEqual([39, 40, 41])
  expect(await seqs({ n: '30' })).toHaveLength(30)
  expect(await seqs({ n: '0' })).toEqual([])
  expect((await printed(() => logs({ n: '1' }))).text).toMatch(/SEQ .*JOB\n41 .*job_started .*J20\n$/su)
})

test('logs filters by job, type, capability, tenant, session, outcome and time', async () => {
  log()
  expect(await seqs({ job: 'J3' })).toEqual([6, 7])
  expect(await seqs({ job: 'J3', type: 'job_started' })).toEqual([6])
  expect(await seqs({ session: 'S', n: '2' })).toEqual([37, 38])
  expect(await seqs({ type: 'wal_opened' })).toEqual([1, 22])
  expect(await seqs({ outcome: 'completed', n: '1' })).toEqual([40])
  expect(await seqs({ capability: 'FileRead' })).toEqual([])
  expect(await seqs({ tenant: 'ö', n: '1' })).toEqual([41])
  expect(await seqs({ since: '2126-01-01' })).toEqual([])
  expect(await seqs({ since: new Date(1_795_000_040_000).toISOString() })).toEqual([40, 41])
  expect(await seqs({ until: new Date(1_795_000_002_000).toISOString() })).toEqual([1, 2])
  await expect(logs({ since: 'yesterday' })).rejects.toMatchObject({ code: 'RT_USAGE' })
})

test('damage is shown where it stands, or counted when it comes before; the exit code is 1', async () => {
  const path = use(logPath())
  const lines = linesOf(events.slice(0, 10))
  writeFileSync(path, Buffer.concat(lines.toSpliced(5, 0, Buffer.from('\u001B[2Jx\n'))))
  const { text, exitCode } = await printed(() => logs({ n: '8' }))
  expect(text.split('\n')[3]).toContain(`DAMAGED`)
  expect(text).not.toContain('\u001B')
  expect(exitCode).toBe(1)
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect((await printed(() => logs({ n: '1', capability: 'ShellExec' }))).exitCode).toBe(1)
  expect(stderr).toHaveBeenCalledWith(expect.stringContaining('1 damaged places'))
})

test('follow prints what comes as JSON lines, across a rotation, and stops on SIGINT', async () => {
  const path = use(logPath())
  const parts = segmentsOf(path, [events.slice(0, 5), events.slice(5, 8)])
  writeFileSync(path, Buffer.concat(parts[0]?.lines.slice(0, 3) ?? []), { mode: 0o600 })
  const lines: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  const done = logs({ follow: true, json: true, n: '1' })
  await vi.waitFor(() => expect(lines).toHaveLength(1))
  appendFileSync(path, Buffer.concat(parts[0]?.lines.slice(3) ?? []))
  await vi.waitFor(() => expect(lines).toHaveLength(4))
  writeParts(parts)
  await vi.waitFor(() => expect(lines).toHaveLength(8), { timeout: 3000 })
  process.emit('SIGINT')
  await done
  spy.mockRestore()
  expect(lines.map((line) => Reflect.get(Object(JSON.parse(line)), 'seq'))).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
})

test('jobs lists jobs newest first, of a session, by outcome', async () => {
  log()
  const { text } = await printed(() => jobs({ n: '2' }))
  expect(text.split('\n').map((line) => line.split(' ')[0])).toEqual(['JOB', 'J20', 'J19', ''])
  const { text: ofSession } = await printed(() =>
    jobs({ session: 'S', outcome: 'completed', n: '1', json: true }),
  )
  expect(JSON.parse(ofSession)).toMatchObject([{ job_id: 'J18', session_id: 'S', outcome: 'completed' }])
})

test('status says how the log stands', async () => {
  const path = log()
  const { text } = await printed(() => status({ json: true }))
  expect(JSON.parse(text)).toMatchObject({
    path,
    segments: 2,
    seq: 41,
    open_jobs: ['J20'],
    last_ts: 1_795_000_041,
  })
  expect((await printed(() => status({}))).text).toContain('in 2 files')
  use(logPath())
  expect((await printed(() => status({}))).text).toContain('none yet')
})

test('status of a job says how it went; one that is not there is an error', async () => {
  const error = { code: 'RT_TIMED_OUT', message: 'a\u001B[1m' }
  const job = { job_id: 'J20', capability: 'ShellExec', outcome: 'timed_out' }
  log([
    { type: 'job_failed', ...job, error, usage: { processes: 7 }, duration_ms: 1500, spawned: [{ pid: 5 }] },
  ])
  const { text } = await printed(() => status({ job: 'J20', json: true }))
  const expected = {
    job_id: 'J20',
    outcome: 'timed_out',
    error,
    processes: 7,
    spawned: [{ pid: 5 }],
    records: [41, 42],
  }
  expect(JSON.parse(text)).toMatchObject(expected)
  const { text: shown } = await printed(() => status({ job: 'J20' }))
  expect(shown).toContain('RT_TIMED_OUT a\\x1b[1m')
  await expect(status({ job: 'J99' })).rejects.toMatchObject({ code: 'RT_JOB_NOT_FOUND' })
})

test('head, anchor and verify go together', async () => {
  const path = log()
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(`${path}.key`, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(`${path}.pub`, publicKey.export({ type: 'spki', format: 'pem' }))
  const { text } = await printed(() => head({}))
  expect(text).toMatch(/^41:[0-9a-f]{64}\n$/u)
  expect((await printed(() => anchor({ key: `${path}.key` }))).text).toContain('41:')
  const whole = await printed(() => verify({ anchor: text.trim(), key: `${path}.pub`, json: true }))
  expect(JSON.parse(whole.text)).toMatchObject({
    ok: true,
    records: 41,
    first_seq: 1,
    last_seq: 41,
    anchors: { met: 2 },
  })
  expect(whole.exitCode).toBe(undefined)
  const forged = linesOf(Array.from({ length: 41 }, (): WalEvent => ({ type: 'job_started' })))
  const last = forged.at(-1) ?? Buffer.from('\n')
  const other = log()
  const found = await printed(() => verify({ anchor: `41:${hashLine(last.subarray(0, -1))}`, json: true }))
  expect(JSON.parse(found.text)).toMatchObject({ ok: false, file: other, seq: 41, kind: 'foreign' })
  expect(found.exitCode).toBe(1)
  await expect(verify({ key: `${path}.none` })).rejects.toMatchObject({ code: 'RT_USAGE' })
})
