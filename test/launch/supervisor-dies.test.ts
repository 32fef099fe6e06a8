import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { findProcesses, until } from '../support/processes.ts'
import { workplace } from './launched.ts'
import type { Level } from './policies.ts'

const fixture = fileURLToPath(new URL('supervisor-fixture.ts', import.meta.url))
let made = 0

/** Who lives after the supervisor of a running job was killed. */
async function leftBy(level: Level, how: { prefix?: string; removed?: string } = {}): Promise<number> {
  const { prefix = 'exec ', removed } = how
  const { player, workspace } = workplace(level)
  const sleeper = `sleep 60${process.pid}${++made}`
  const command = `${prefix}${sleeper}`
  const args = [
    '--conditions=runtimo-source',
    fixture,
    level,
    player,
    workspace,
    command,
    ...(removed === undefined ? [] : [removed]),
  ]
  const supervisor = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(supervisor.stdout, 'data')
  await until('the job', () => findProcesses(sleeper).length === 1)
  supervisor.kill('SIGKILL')
  await once(supervisor, 'exit')
  const alive = (): number[] => [...findProcesses(sleeper), ...findProcesses(player)]
  for (let tries = 0; tries < 10 && alive().length > 0; tries++) await sleep(20)
  const left = alive()
  for (const pid of left) process.kill(pid, 'SIGKILL')
  return left.length
}

describe('when a supervisor is killed', () => {
  const removed = 'PDEATHSIG.*end with the supervisor'

  test.each(['sandbox', 'process'] as const)('the job at level %s dies', async (level) => {
    expect(await leftBy(level)).toBe(0)
  })

  test('a child of the job in a sandbox dies, too', async () => {
    expect(await leftBy('sandbox', { prefix: 'true && setsid ' })).toBe(0)
  })

  test('a child of the job at level process lives on: that takes a control group and its guard', async () => {
    expect(await leftBy('process', { prefix: 'true && setsid ' })).toBe(1)
  })

  test('without the death signal of the launcher, a job at level process lives on', async () => {
    expect(await leftBy('process', { removed })).toBeGreaterThan(0)
  })

  test('in a sandbox nobody does even then: pid 1 sees its tape close', async () => {
    expect(await leftBy('sandbox', { removed })).toBe(0)
  })
})

test('at whatever moment: nobody survives', async () => {
  const tries = Array.from({ length: 8 }, async (_, i) => {
    const { player, workspace } = workplace('sandbox')
    const args = ['--conditions=runtimo-source', fixture, 'sandbox', player, workspace, 'sleep 60']
    const supervisor = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    await until('a launcher', () => findProcesses(player).length > 0)
    await sleep(i)
    supervisor.kill('SIGKILL')
    await once(supervisor, 'exit')
    await until('nobody', () => findProcesses(player).length === 0)
  })
  await expect(Promise.all(tries)).resolves.toHaveLength(8)
})
