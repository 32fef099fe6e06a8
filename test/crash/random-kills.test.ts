import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { arena, expectGone, isRoot, recordsOf } from '../support/attack.ts'
import { findProcesses, launchersOf, until } from '../support/processes.ts'
import { temporaryDirectory } from '../support/supervisor.ts'
import { Host, nextStart } from './host.ts'

const isFull = process.env['RUNTIMO_FULL'] === '1'
/** So many of the supervisor, and as many of the launcher. */
const kills = isFull ? 30 : 4
const atOnce = 2
/** Every second kill waits for the job; the others come while a launcher makes its boundary, or soon after. */
const waitsForJob = (number: number): boolean => number % 2 === 1

/** Whether daemons are held by more than their launcher: without control groups that takes a pid namespace. */
const levels = isRoot ? (['sandbox', 'process'] as const) : (['sandbox'] as const)
if (!isRoot) console.warn('random kills: level process is tried by root only: it takes control groups')

/** Who was there when it was killed. */
interface Moment {
  readonly launchers: readonly number[]
  readonly members: readonly number[]
}

/** Some time after the first launcher, or after the job is up; with a launcher there, for a kill of nobody shows nothing. */
async function randomMoment(number: number, look: () => Moment, isUp: () => Promise<void>): Promise<Moment> {
  await untilAtOnce('a launcher', () => look().launchers.length > 0)
  if (waitsForJob(number)) await isUp()
  await sleep(Math.random() * (waitsForJob(number) ? 100 : 30))
  let moment = look()
  await untilAtOnce('a launcher', () => (moment = look()).launchers.length > 0)
  return moment
}

function expectTried(moments: readonly Moment[]): void {
  expect(moments.filter(({ launchers }) => launchers.length > 0)).toHaveLength(kills)
  const running = moments.filter(({ members }) => members.length > 0)
  expect(running.length).toBeGreaterThanOrEqual(Math.floor(kills / 2))
}

function list(moments: readonly Moment[]): string {
  const pairs = moments.map(({ launchers, members }) => `${launchers.length}/${members.length}`)
  return `launchers/processes at the kill: ${pairs.join(' ')}`
}

async function inTurns(count: number, act: (number: number) => Promise<void>): Promise<void> {
  let next = 0
  const turns = Array.from({ length: atOnce }, async () => {
    while (next < count) await act(next++)
  })
  await Promise.all(turns)
}

describe.each(levels)('level %s, at a random moment', { timeout: kills * 30_000 }, (level) => {
  test(`of ${kills} kills of the supervisor none leaves a survivor`, async ({ annotate }) => {
    const moments: Moment[] = []
    await inTurns(kills, async (number) => {
      const host = await Host.start(level)
      const look = (): Moment => ({ launchers: host.launchers, members: host.members })
      moments.push(await randomMoment(number, look, () => host.isUp()))
      host.kill()
      await host.isGone()
    })
    await annotate(list(moments))
    expect(moments).toHaveLength(kills)
    expectTried(moments)
    await nextStart()
  })

  test(`of ${kills} kills of the launcher none leaves a survivor, and each has its result`, async ({
    annotate,
  }) => {
    const supervisor = arena()
    // Its first job has launchers for probes as well.
    await supervisor.run('ShellExec', { cmd: 'true' }, { level, workingDir: temporaryDirectory() })
    const moments: Moment[] = []
    for (let i = 0; i < kills; i++) {
      const command = `sleep ${340_000 + i}.${process.pid}`
      const cmd = `setsid sh -c '(${command} &)'; env -i setsid sh -c '${command} & ${command}' & ${command}`
      const running = supervisor.run(
        'ShellExec',
        { cmd },
        { level, workingDir: temporaryDirectory(), timeoutMs: 25_000 },
      )
      const members = (): number[] => findProcesses(command)
      const look = (): Moment => ({ launchers: launchersOf(process.pid), members: members() })
      const isUp = (): Promise<void> => until('the job', () => members().length >= 4)
      const moment = await randomMoment(i, look, isUp)
      moments.push(moment)
      for (const pid of moment.launchers) process.kill(pid, 'SIGKILL')
      const result = await running
      expect(['failed', 'crashed', 'interrupted', 'rejected']).toContain(result.outcome)
      expect(findProcesses(command)).toEqual([])
      expectGone(result)
      const types = (await recordsOf(supervisor, result.jobId)).map(({ type }) => type)
      expect(types.filter((type) => type !== 'job_validated')).toEqual(['job_started', 'job_failed'])
    }
    await annotate(list(moments))
    expectTried(moments)
  })
})

/** A launcher is ready within milliseconds: nothing is slept away. */
async function untilAtOnce(what: string, holds: () => boolean): Promise<void> {
  await until(what, async () => {
    for (let tries = 0; tries < 20; tries++) {
      if (holds()) return true
      await sleep(1)
    }
    return false
  })
}
