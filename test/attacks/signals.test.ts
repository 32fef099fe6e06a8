import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { JobResult, Supervisor } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { arena, judge, overTime, Unconfined } from '../support/attack.ts'
import { findProcesses, until } from '../support/processes.ts'
import { printed } from '../support/shell.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

let made = 0
const uniqueSleep = (): string => `sleep ${++made + 310_000}.${process.pid}`
const program = fixture('attack-kill-reach.py')
const all = {
  ask: 'done',
  pidfd: 'done',
  trace: 'done',
  vm_readv: 'done',
  mem: 'done',
  stop: 'done',
  kill: 'done',
}

async function pidOf(command: string): Promise<number> {
  await until(command, () => findProcesses(command).length === 1)
  return findProcesses(command)[0] ?? 0
}

test('without us, one process of a user traces, reads, stops and kills another', async () => {
  const command = uniqueSleep()
  const victim = new Unconfined(['sleep', command.slice(6)], { isJobUser: true })
  const pid = await pidOf(command)
  const control = new Unconfined(['/usr/bin/python3', program, String(pid)], { isJobUser: true })
  expect(JSON.parse(await control.stdout)).toEqual({ pid: String(pid), ...all })
  expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL' })
})

describe.each(['sandbox', 'process'] as const)('level %s', (level) => {
  /** A job that goes for these pids, while another job runs beside it. */
  async function reach(
    supervisor: Supervisor,
    pidsOf: (neighbour: number) => readonly (number | string)[],
  ): Promise<{ result: JobResult; neighbour: JobResult; told: Record<string, string>[] }> {
    const command = uniqueSleep()
    const controller = new AbortController()
    const { signal } = controller
    const besides = supervisor.run('ShellExec', { cmd: `exec ${command}` }, { level, signal })
    const pid = await pidOf(command)
    const workingDir = temporaryDirectory()
    copyFileSync(program, join(workingDir, 'reach.py'))
    const cmd = `exec /usr/bin/python3 reach.py ${pidsOf(pid).join(' ')}`
    const result = await supervisor.run('ShellExec', { cmd }, { level, workingDir, timeoutMs: 10_000 })
    // Neither stopped nor killed.
    expect(findProcesses(command)).toEqual([pid])
    controller.abort()
    const lines = printed(result).trim().split('\n')
    return { result, neighbour: await besides, told: lines.map((line) => JSON.parse(line)) }
  }

  test('a neighbour, the supervisor and all others are out of reach (T04, T06)', async () => {
    const supervisor = arena()
    const { result, neighbour, told } = await reach(supervisor, (pid) => [pid, process.pid, 'all'])
    const [atNeighbour, atSupervisor] = told
    const refused = expect.stringMatching(/^(ESRCH|EPERM|EACCES|ENOENT)$/u)
    const every = Object.fromEntries(Object.keys(all).map((way) => [way, refused]))
    expect(atNeighbour).toMatchObject(every)
    expect(atSupervisor).toMatchObject(every)
    await judge(supervisor, result, { outcome: 'completed', spawned: ['python3'] })
    await judge(supervisor, neighbour, { outcome: 'cancelled', code: 'RT_CANCELLED' })
  })

  test('what holds the job is neither traced nor read, and stopping or killing it changes nothing', async () => {
    const supervisor = arena()
    const { result, neighbour, told } = await reach(supervisor, () => ['parent', 1])
    const refused = expect.stringMatching(/^(ESRCH|EPERM|EACCES|ENOENT)$/u)
    for (const one of told) expect(one).toMatchObject({ trace: refused, vm_readv: refused, mem: refused })
    await judge(supervisor, result, { outcome: 'completed', spawned: ['python3'] })
    await judge(supervisor, neighbour, { outcome: 'cancelled', code: 'RT_CANCELLED' })
  })

  test('children that stop, and a main process that stops itself, are over at the deadline', async () => {
    const supervisor = arena()
    const cmd = 'sleep 40 & kill -STOP $!; kill -STOP $$'
    const result = await supervisor.run('ShellExec', { cmd }, { level, timeoutMs: 500 })
    expect(result.spawned.length).toBeGreaterThan(1)
    await judge(supervisor, result, { ...overTime, spawned: ['sh'] })
  })

  test('the permitted twin: a job signals, stops and kills its own children', async () => {
    const supervisor = arena()
    const cmd = 'sleep 40 & kill -STOP $!; kill -CONT $!; kill -KILL $!; wait $!; echo $?'
    const result = await supervisor.run('ShellExec', { cmd }, { level })
    expect(result.output.data).toMatchObject({ stdout: expect.stringContaining('137') })
    await judge(supervisor, result, { outcome: 'completed' })
  })
})
