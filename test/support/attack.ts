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
import { expect, onTestFinished, test, TestRunner, vi } from 'vitest'
import { findOwnLeftovers } from './leaks.ts'
import { fixture, testSupervisor } from './supervisor.ts'

// Of a hostile case six things are asserted. A test with a `siege` fails when it has not shown all of them:
//   1 it works without the defence          `control`, `Unconfined`, or a lower level
//   2 its effect is absent on the host      `judge(…, { unharmed })`, the test's own look
//   3 outcome, code and limit are right     `judge`, of every job that is in the log
//   4 the log has start, end and processes  `judge`, of every job that is in the log
//   5 nothing is left                       `judge` for the job, `arena` for the supervisor
//   6 the permitted twin succeeds           `judge(…, { outcome: 'completed' })`, or `{ twin }` of the same job

export const isRoot: boolean = process.geteuid?.() === 0

/** Whom a job runs as in a sandbox. */
export const jobUid: number = isRoot ? 65_534 : (process.geteuid?.() ?? 0)

/** What a test has shown of the six. */
class Proof {
  isAttackShown = false
  isHostUnharmed = false
  hasTwin = false
  readonly judged = new Set<unknown>()
}

const proofs = new WeakMap<object, Proof>()

function proofOf(task: object | undefined = TestRunner.getCurrentTest()): Proof {
  const proof = (task && proofs.get(task)) ?? new Proof()
  if (task !== undefined) proofs.set(task, proof)
  return proof
}

const declare: (title: string, body: () => Promise<void>) => void = test

/**
 * A test that shows an attack at work without us, once. Whoever tests the defence awaits what this returns: it
 * fails where the attack would have failed anyway.
 */
export function control(title: string, show: () => Promise<void>): () => Promise<void> {
  let showing: Promise<void> | undefined
  const shown = async (): Promise<void> => {
    const proof = proofOf()
    await (showing ??= show())
    proof.isAttackShown = true
  }
  declare(title, shown)
  return shown
}

/** A supervisor after whose end this process must have what it had before, and nothing more. */
export function arena(options: SupervisorOptions = {}): Supervisor {
  const before = new Set(findOwnLeftovers())
  const leftovers = (): string[] => findOwnLeftovers().filter((name) => !before.has(name))
  // Called after the supervisor was closed: the last hook is the first to be called.
  onTestFinished(() => vi.waitFor(() => expect(leftovers()).toEqual([]), { timeout: 3000 }))
  return testSupervisor({ maxPrewarmed: 0, ...options })
}

/** An arena whose test must show all of the six, and judge every job that is in the log. */
export function siege(options: SupervisorOptions = {}): Supervisor {
  const supervisor = arena(options)
  const proof = proofOf()
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') return // it may have come to none of this
    const begun = (await recordsOf(supervisor)).filter(({ type }) => type === 'job_started')
    expect(begun.filter((record) => !proof.judged.has(record['job_id']))).toEqual([])
    expect(proof).toMatchObject({ isAttackShown: true, isHostUnharmed: true, hasTwin: true })
  })
  return supervisor
}

export interface Claim {
  readonly outcome: Outcome
  /** Absent exactly when the outcome is `completed`. */
  readonly code?: ErrorCode
  /** The limit that the error names. */
  readonly limit?: string
  /** Names (comm) of processes that the result and the log must have, among others. */
  readonly spawned?: readonly string[]
  /** Looks at the host, where the attack must have had no effect. Without it the job is no attack but a twin. */
  readonly unharmed?: () => unknown
  /** Of a built-in function: its worker, and so its group, is there for the next job. */
  readonly isKept?: boolean
  /** Looks at what the same job was permitted to do. */
  readonly twin?: () => unknown
}

/** Of a job that did not end before its deadline. */
export const overTime = { outcome: 'timed_out', code: 'RT_TIMED_OUT', limit: 'wall_time' } as const

/** How it ended, that the log tells the same, and that nobody and nothing of the job is there. */
export async function judge(supervisor: Supervisor, result: JobResult, claim: Claim): Promise<void> {
  const { outcome, code, limit, unharmed, twin } = claim
  const proof = proofOf()
  expect({
    outcome: result.outcome,
    success: result.success,
    code: result.error?.code,
    limit: result.error?.['limit'],
  }).toEqual({ outcome, success: outcome === 'completed', code, limit })
  const end = expectRecorded(await recordsOf(supervisor, result.jobId), claim)
  expect(end?.['seq']).toBe(result.walSeq)
  expect(end?.['spawned']).toMatchObject(result.spawned.slice(0, 200).map(({ pid, comm }) => ({ pid, comm })))
  if (claim.isKept !== true) expectGone(result)
  await unharmed?.()
  await twin?.()
  proof.judged.add(result.jobId)
  proof.isHostUnharmed ||= unharmed !== undefined
  proof.hasTwin ||= outcome === 'completed' && (unharmed === undefined || twin !== undefined)
}

/** Refused before anything ran: no record of it is in the log, as `siege` sees to, and nothing came of it. */
export async function judgeRefusal(
  job: Promise<JobResult>,
  code: ErrorCode,
  unharmed: () => unknown,
): Promise<void> {
  await expect(job).rejects.toMatchObject({ code })
  await unharmed()
  proofOf().isHostUnharmed = true
}

/** Of a command line that ran one job: its log tells how that ended. */
export async function judgeLog(walPath: string, claim: Claim): Promise<void> {
  const records = (await recordsOf({ walPath })).filter((record) => 'job_id' in record)
  expectRecorded(records, claim)
}

/** One start and one end of a job, with its outcome and the processes that it started, of which none lives. */
function expectRecorded(records: readonly WalRecord[], claim: Claim): WalRecord | undefined {
  const { outcome, code, limit, spawned = [] } = claim
  // Between the two what holds it is recorded, when it came that far.
  const [start, end, ...others] = records.filter(({ type }) => type !== 'job_validated')
  expect(others).toEqual([])
  expect(start).toMatchObject({ type: 'job_started' })
  expect(end).toMatchObject({ type: outcome === 'completed' ? 'job_completed' : 'job_failed', outcome })
  const error = Object(end?.['error'])
  expect([error.code, error.limit]).toEqual([code, limit])
  const logged = [end?.['spawned']].flat().map(Object)
  const comms = logged.map(({ comm }) => comm)
  // Who was gone before he could be asked has the name of his forker.
  const nameless = comms.filter((comm) => comm === 'runtimo' || comm === 'sh').length
  expect(spawned.filter((name) => !comms.includes(name)).length).toBeLessThanOrEqual(nameless)
  expect(logged.filter(({ alive }) => alive !== false)).toEqual([])
  return end
}

/** All that a log holds, or of one job. */
export async function recordsOf(at: Pick<Supervisor, 'walPath'>, jobId?: string): Promise<WalRecord[]> {
  const records: WalRecord[] = []
  if (!existsSync(at.walPath)) return records
  for await (const entry of new WalReader(at.walPath).entries()) {
    expect(entry).toMatchObject({ ok: true })
    if (entry.ok && (jobId === undefined || entry.record['job_id'] === jobId)) records.push(entry.record)
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
    proofOf().isAttackShown = true
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
    const told = child.stdio[3]
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
