import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { arena, expectGone, isRoot, recordsOf } from '../support/attack.ts'
import { findProcesses, launchersOf } from '../support/processes.ts'
import { temporaryDirectory } from '../support/supervisor.ts'
import { Host, nextStart } from './host.ts'

const isFull = process.env['RUNTIMO_FULL'] === '1'
/** So many of the supervisor, and as many of the launcher. */
const kills = isFull ? 30 : 4
const atOnce = 2

/** Whether daemons are held by more than their launcher: without control groups that takes a pid namespace. */
const levels = isRoot ? (['sandbox', 'process'] as const) : (['sandbox'] as const)
if (!isRoot) console.warn('random kills: level process is tried by root only: it takes control groups')

async function inTurns(count: number, act: (number: number) => Promise<void>): Promise<void> {
  let next = 0
  const turns = Array.from({ length: atOnce }, async () => {
    while (next < count) await act(next++)
  })
  await Promise.all(turns)
}

describe.each(levels)('level %s, at a random moment', { timeout: 120_000 }, (level) => {
  test(`of ${kills} kills of the supervisor none leaves a survivor`, async ({ annotate }) => {
    const moments: string[] = []
    await inTurns(kills, async () => {
      const host = await Host.start(level)
      await sleep(Math.random() * 250)
      moments.push(`${host.launchers.length}/${host.members.length}`)
      host.kill()
      await host.isGone()
    })
    expect(moments).toHaveLength(kills)
    await annotate(`launchers/processes at the kill: ${moments.join(' ')}`)
    await nextStart()
  })

  test(`of ${kills} kills of the launcher none leaves a survivor, and each has its result`, async ({
    annotate,
  }) => {
    const supervisor = arena()
    const outcomes: string[] = []
    for (let i = 0; i < kills; i++) {
      const command = `sleep ${340_000 + i}.${process.pid}`
      const cmd = `setsid sh -c '(${command} &)'; env -i setsid sh -c '${command} & ${command}' & ${command}`
      const running = supervisor.run(
        'ShellExec',
        { cmd },
        { level, workingDir: temporaryDirectory(), timeoutMs: 1000 },
      )
      await sleep(Math.random() * 120)
      const launchers = launchersOf(process.pid)
      for (const pid of launchers) process.kill(pid, 'SIGKILL')
      const result = await running
      outcomes.push(`${launchers.length}:${result.error?.code ?? result.outcome}`)
      expect(findProcesses(command)).toEqual([])
      expectGone(result)
      const types = (await recordsOf(supervisor, result.jobId)).map(({ type }) => type)
      expect(types.filter((type) => type !== 'job_validated')).toEqual(['job_started', 'job_failed'])
    }
    await annotate(outcomes.join(' '))
  })
})
