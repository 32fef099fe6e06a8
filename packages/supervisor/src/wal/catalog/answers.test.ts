import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hashLine } from '../line.ts'
import { jobEvents, linesOf, logPath, segmentsOf, writeParts } from '../read/log-fixture.ts'
import type { WalEvent } from '../record.ts'
import type { LogAnswers } from './answers.ts'
import { FullAnswers } from './full-answers.ts'
import { LogIndex } from './log-index.ts'

/** 20 jobs, J1 to J20 in the order of their starts; J20 has no end. */
const events = jobEvents(40).slice(1)

function threeSegments(last: readonly WalEvent[] = events.slice(30)): string {
  const path = logPath()
  writeParts(segmentsOf(path, [events.slice(0, 15), events.slice(15, 30), last]))
  return path
}

async function seqs(answers: LogAnswers, query: Parameters<LogAnswers['records']>[0]): Promise<unknown[]> {
  const entries = await answers.records(query)
  return entries.map((entry) => (entry.ok ? entry.record.seq : entry.reason))
}

async function names(answers: LogAnswers, limit: number, outcome?: string): Promise<string[]> {
  const jobs = await answers.jobs({ limit, outcome })
  return jobs.map(({ jobId }) => jobId)
}

describe.each([
  ['with an index', (path: string) => LogIndex.open(path)],
  ['without one', (path: string) => Promise.resolve(new FullAnswers(path))],
])('%s', (_name, open) => {
  test('the records of a job are found in every segment', async () => {
    const answers = await open(threeSegments())
    expect(await seqs(answers, { jobId: 'J1' })).toEqual([2, 3])
    expect(await seqs(answers, { jobId: 'J8' })).toEqual([16, 18]) // across a rotation
    expect(await seqs(answers, { jobId: 'J20' })).toEqual([42])
    expect(await seqs(answers, { jobId: 'nobody' })).toEqual([])
  })

  test('the records of a session are those of its jobs', async () => {
    const answers = await open(threeSegments())
    const found = await answers.records({ sessionId: 'S' })
    expect(found).toHaveLength(12)
    expect(found.every((entry) => entry.ok && entry.record['session_id'] === 'S')).toBe(true)
  })

  test('jobs come newest first, as many as asked for, by outcome', async () => {
    const answers = await open(threeSegments())
    expect(await names(answers, 3)).toEqual(['J20', 'J19', 'J18'])
    expect(await names(answers, 2, 'completed')).toEqual(['J19', 'J18'])
    expect(await names(answers, 5, 'running')).toEqual(['J20'])
    expect(await names(answers, 5, 'failed')).toEqual([])
    expect(await names(answers, 100)).toHaveLength(20)
    expect(await answers.jobs({ limit: 2 })).toMatchObject([
      { jobId: 'J20', outcome: 'running', durationMs: null, capability: 'ShellExec', firstSeq: 42 },
      { jobId: 'J19', outcome: 'completed', durationMs: 1000 },
    ])
  })

  test('a job without an end is unfinished until it has one', async () => {
    const path = threeSegments(events.slice(30, -1))
    const answers = await open(path)
    expect(await answers.unfinished()).toEqual([])
    const grown = threeSegments()
    const again = await open(grown)
    expect(await again.unfinished()).toMatchObject([
      { jobId: 'J20', file: grown, records: [{ ok: true, record: { seq: 42, type: 'job_started' } }] },
    ])
  })

  test('damage is among the records of whatever is asked for: it may be of that', async () => {
    const path = threeSegments()
    appendFileSync(path, 'nonsense\n')
    const answers = await open(path)
    expect(await seqs(answers, { jobId: 'J1' })).toEqual([2, 3, 'no checksum'])
    expect(await names(answers, 1)).toEqual(['J20'])
    expect(await answers.unfinished()).toHaveLength(1)
  })

  test('a torn last record is shown', async () => {
    const path = threeSegments()
    appendFileSync(path, '{"v":1,"seq":43')
    expect(await seqs(await open(path), { jobId: 'J1' })).toEqual([2, 3, 'a torn last record'])
  })

  test('a beginning that is missing is shown, unless it was pruned', async () => {
    const path = threeSegments()
    const before = await open(path)
    await seqs(before, { jobId: 'J1' })
    rmSync(`${path}.0000000000000001`)
    const missing = 'the records up to seq 16 are missing, and no wal_pruned says why'
    expect(await seqs(before, { jobId: 'J19' })).toEqual([40, 41, missing])

    const parts = segmentsOf(logPath(), [events.slice(0, 15), events.slice(15, 30), events.slice(30)])
    const hash = hashLine((parts[0]?.lines.at(-1) ?? Buffer.from('\n')).subarray(0, -1))
    const pruned = { type: 'wal_pruned', first_seq: 1, last_seq: 16, last_hash: hash, files: [] } as const
    const told = threeSegments([...events.slice(30), pruned])
    const known = await open(told)
    await seqs(known, { jobId: 'J1' })
    rmSync(`${told}.0000000000000001`)
    expect(await seqs(known, { jobId: 'J19' })).toEqual([40, 41])
    expect(await seqs(known, { jobId: 'J8' })).toEqual([18])
    expect(await names(known, 100)).not.toContain('J1')
  })

  test('old logs are history: their jobs are listed, and none of them is to be recovered', async () => {
    const path = logPath()
    const lines = [
      { seq: 0, ts: 1_715_800_000, type: 'job_started', job_id: 'a', capability: 'FileRead' },
      { seq: 1, ts: 1_715_800_002, type: 'job_failed', job_id: 'a', error: 'Execution failed: no' },
      { seq: 2, ts: '2026-01-02T03:04:05Z', type: 'job_started', job_id: 'b' },
    ]
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const answers = await open(path)
    expect(await answers.jobs({ limit: 9 })).toMatchObject([
      { jobId: 'b', outcome: 'running', startedAt: 1_767_323_045, verified: false },
      { jobId: 'a', outcome: 'failed', durationMs: 2000, verified: false },
    ])
    expect(await answers.unfinished()).toEqual([])
    expect(await seqs(answers, { jobId: 'a' })).toEqual([0, 1])
  })
})

test('a log that is not there is an error, not an empty answer', async () => {
  await expect(LogIndex.open(logPath())).rejects.toMatchObject({ code: 'ENOENT' })
  const [line] = linesOf([{ type: 'wal_opened' }])
  const path = logPath()
  writeFileSync(path, line ?? '')
  using index = await LogIndex.open(path)
  expect(await index.jobs({ limit: 1 })).toEqual([])
})
