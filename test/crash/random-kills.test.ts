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
  readonly launchers: number
  readonly members: number
}

/** A kill of what is not there yet shows nothing. */
function expectTried(moments: readonly Moment[]): void {
  expect(moments).toHaveLength(kills)
  expect(moments.filter(({ launchers }) => launchers > 0).length).toBeGreaterThanOrEqual(kills - 1)
  const running = moments.filter(({ launchers, members }) => launchers > 0 && members > 0)
  expect(running.length).toBeGreaterThanOrEqual(Math.floor(kills / 2))
}

const listed = (moments: readonly Moment[]): string =>
  moments.map(({ launchers, members }) => `${launchers}/${members}`).join(' ')

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
      await untilAtOnce('a launcher', () => host.launchers.length > 0)
      if (waitsForJob(number)) await host.isUp()
      await sleep(Math.random() * (waitsForJob(number) ? 100 : 30))
      moments.push({ launchers: host.launchers.length, members: host.members.length })
      host.kill()
      await host.isGone()
    })
    await annotate(`launchers/processes at the kill: ${listed(moments)}`)
    expectTried(moments)
    await nextStart()
  })

  test(`of ${kills} kills of the launcher none leaves a survivor, and each has its result`, async ({
    annotate,
  }) => {
    const supervisor = arena()
    const moments: Moment[] = []
    for (let i = 0; i < kills; i++) {
      const command = `sleep ${340_000 + i}.${process.pid}`
      const cmd = `setsid sh -c '(${command} &)'; env -i setsid sh -c '${command} & ${command}' & ${command}`
      const running = supervisor.run('ShellExec', { cmd }, { level, workingDir: temporaryDirectory() })
      await untilAtOnce('a launcher', () => launchersOf(process.pid).length > 0)
      if (waitsForJob(i)) await until('the job', () => findProcesses(command).length >= 4)
      await sleep(Math.random() * (waitsForJob(i) ? 100 : 30))
      const launchers = launchersOf(process.pid)
      moments.push({ launchers: launchers.length, members: findProcesses(command).length })
      for (const pid of launchers) process.kill(pid, 'SIGKILL')
      const result = await running
      expect(result.outcome).not.toBe('completed')
      expect(findProcesses(command)).toEqual([])
      expectGone(result)
      const types = (await recordsOf(supervisor, result.jobId)).map(({ type }) => type)
      expect(types.filter((type) => type !== 'job_validated')).toEqual(['job_started', 'job_failed'])
    }
    await annotate(`launchers/processes at the kill: ${listed(moments)}`)
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
