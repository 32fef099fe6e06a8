import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import process from 'node:process'
import {
  type ErrorCode,
  type JobResult,
  type Outcome,
  type Supervisor,
  type SupervisorOptions,
  WalReader,
  type WalRecord,
} from '@runtimo/supervisor'
import { expect, onTestFinished, vi } from 'vitest'
import { findOwnLeftovers } from './leaks.ts'
import { fixture, testSupervisor } from './supervisor.ts'

// Of a hostile case six things are asserted:
//   1 it works without the defence          `Unconfined`, or a lower level
//   2 its effect is absent on the host      the test's own look
//   3 outcome, code and limit are right     `judge`
//   4 the log has start, end and processes  `judge`
//   5 nothing is left                       `judge` for the job, `arena` for the supervisor
//   6 the permitted twin succeeds           `judge(…, { outcome: 'completed' })`

export const isRoot: boolean = process.geteuid?.() === 0

/** Whom a job runs as in a sandbox. */
export const jobUid: number = isRoot ? 65_534 : (process.geteuid?.() ?? 0)

/** A supervisor after whose end this process must have what it had before, and nothing more. */
export function arena(options: SupervisorOptions = {}): Supervisor {
  const before = new Set(findOwnLeftovers())
  const leftovers = (): string[] => findOwnLeftovers().filter((name) => !before.has(name))
  // Called after the supervisor was closed: the last hook is the first to be called.
  onTestFinished(() => vi.waitFor(() => expect(leftovers()).toEqual([]), { timeout: 3000 }))
  return testSupervisor({ maxPrewarmed: 0, ...options })
}

export interface Claim {
  readonly outcome: Outcome
  /** Absent exactly when the outcome is `completed`. */
  readonly code?: ErrorCode
  /** The limit that the error names. */
  readonly limit?: string
  /** Names (comm) of processes that the result and the log must have, among others. */
  readonly spawned?: readonly string[]
}

/** Of a job that did not end before its deadline. */
export const overTime = { outcome: 'timed_out', code: 'RT_TIMED_OUT', limit: 'wall_time' } as const

/** How it ended, that the log tells the same, and that nobody and nothing of the job is there. */
export async function judge(supervisor: Supervisor, result: JobResult, claim: Claim): Promise<void> {
  const { outcome, code, limit, spawned = [] } = claim
  expect({
    outcome: result.outcome,
    success: result.success,
    code: result.error?.code,
    limit: result.error?.['limit'],
  }).toEqual({ outcome, success: outcome === 'completed', code, limit })
  await expectRecorded(supervisor, result, spawned)
  expectGone(result)
}

/** The log holds one start and one end of the job, with its outcome and the processes that it started. */
async function expectRecorded(
  supervisor: Supervisor,
  result: JobResult,
  wanted: readonly string[],
): Promise<void> {
  const records = await recordsOf(supervisor, result.jobId)
  const end = result.success ? 'job_completed' : 'job_failed'
  // Between the two what holds it is recorded, when it came that far.
  const types = records.map(({ type }) => type).filter((type) => type !== 'job_validated')
  expect(types).toEqual(['job_started', end])
  expect(records.at(-1)).toMatchObject({ outcome: result.outcome, seq: result.walSeq })
  expect(result.spawned.map(({ comm }) => comm)).toEqual(expect.arrayContaining([...wanted]))
  const logged = records.at(-1)?.['spawned']
  expect(logged).toMatchObject(result.spawned.slice(0, 200).map(({ pid, comm }) => ({ pid, comm })))
}

/** All that the log holds of one job. */
export async function recordsOf({ walPath }: Supervisor, jobId: string): Promise<WalRecord[]> {
  const records: WalRecord[] = []
  for await (const entry of new WalReader(walPath).entries()) {
    expect(entry).toMatchObject({ ok: true })
    if (entry.ok && entry.record['job_id'] === jobId) records.push(entry.record)
  }
  return records
}

/** No process of the job lives, and its control group is gone. */
export function expectGone({ spawned, posture }: JobResult): void {
  expect(spawned.filter(({ alive }) => alive)).toEqual([])
  const { cgroup } = posture ?? {}
  if (typeof cgroup === 'string') expect(existsSync(cgroup)).toBe(false)
}

/** Counts while something is awaited: 0 when nothing else was done meanwhile. */
export async function ticksDuring(awaited: Promise<unknown>): Promise<number> {
  let ticks = 0
  const timer = setInterval(() => ticks++, 5)
  onTestFinished(() => clearInterval(timer))
  await awaited
  clearInterval(timer)
  return ticks
}

export interface UnconfinedOptions {
  readonly cwd?: string
  /** True: as the user that a job is, where we are root. */
  readonly isJobUser?: boolean
}

/**
 * A program without any defence. Its orphans are held together, so that nobody of it is left after the test:
 * as for all else, they do what they want.
 */
export class Unconfined {
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  readonly stdout: Promise<string>
  readonly stderr: Promise<string>
  readonly #stdout: Readable

  constructor(argv: readonly [string, ...string[]], options: UnconfinedOptions = {}) {
    const { cwd, isJobUser = false } = options
    const drop = ['setpriv', `--reuid=${jobUid}`, `--regid=${jobUid}`, '--clear-groups']
    const args = [
      '--conditions=runtimo-source',
      fixture('attack-kill-control.ts'),
      ...(isJobUser && isRoot ? drop : []),
      ...argv,
    ]
    const child = spawn(process.execPath, args, { cwd, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
    const { stdin, stdout, stderr } = child
    const [, , , told] = child.stdio
    if (told === undefined || told === null || !('read' in told)) throw new TypeError('no pipe')
    const end = text(told)
    const exited = once(child, 'exit')
    this.#stdout = stdout
    this.stdout = text(stdout)
    this.stderr = text(stderr)
    this.ended = once(told, 'data').then(([chunk]) => JSON.parse(String(chunk)))
    onTestFinished(async () => {
      stdin.end()
      await Promise.all([exited, end])
    })
  }

  /** Waits for output that matches; undefined when it ends without. */
  async line(pattern: RegExp): Promise<Readonly<Record<string, string>> | undefined> {
    let printed = ''
    const { promise, resolve } = Promise.withResolvers<Readonly<Record<string, string>> | undefined>()
    this.#stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      const groups = pattern.exec(printed)?.groups
      if (groups !== undefined) resolve(groups)
    })
    this.#stdout.once('end', () => resolve(undefined))
    return await promise
  }

  static shell(script: string, options: UnconfinedOptions = {}): Unconfined {
    return new Unconfined(['/bin/sh', '-c', script], options)
  }
}
