import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobResult, Supervisor } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { arena, siege, control, judge, overTime, Unconfined } from '../support/attack.ts'
import { readStat } from '../../packages/supervisor/src/processes/index.ts'
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

interface Reached {
  readonly result: JobResult
  /** That the neighbour was neither stopped nor killed, nor were we. */
  readonly unharmed: () => void
  readonly neighbour: JobResult
  readonly told: Record<string, string>[]
}

async function pidOf(command: string): Promise<number> {
  await until(command, () => findProcesses(command).length === 1)
  return findProcesses(command)[0] ?? 0
}

async function killAnother(): Promise<void> {
  const command = uniqueSleep()
  const victim = new Unconfined(['sleep', command.slice(6)], { isJobUser: true })
  const pid = await pidOf(command)
  const attacker = new Unconfined(['/usr/bin/python3', program, String(pid)], { isJobUser: true })
  expect(JSON.parse(await attacker.stdout)).toEqual({ pid: String(pid), ...all })
  expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL' })
}
const reaches = control(
  'without us, one process of a user traces, reads, stops and kills another',
  killAnother,
)

async function stopAll(): Promise<void> {
  const commands = [uniqueSleep(), uniqueSleep()]
  const script = `${commands[0]} & sleep 0.1; kill -STOP $!; ${commands[1]} & sleep 0.1; kill -STOP $$`
  Unconfined.shell(script)
  const pids = await Promise.all(commands.map(pidOf))
  const states = (): (string | undefined)[] => pids.map((pid) => readStat(pid)?.state)
  await until('the stop', () => states().includes('T'))
  await sleep(500) // the deadline that a job has
  expect(states()).toEqual(['T', 'S'])
}
const stopsForEver = control('without us, who was stopped stays', stopAll)

describe.each(['sandbox', 'process'] as const)('level %s', (level) => {
  /** A job that goes for these pids, while another job runs beside it. */
  async function reach(
    supervisor: Supervisor,
    pidsOf: (neighbour: number) => readonly (number | string)[],
  ): Promise<Reached> {
    const command = uniqueSleep()
    const controller = new AbortController()
    const { signal } = controller
    const besides = supervisor.run('ShellExec', { cmd: `exec ${command}` }, { level, signal })
    const pid = await pidOf(command)
    const workingDir = temporaryDirectory()
    copyFileSync(program, join(workingDir, 'reach.py'))
    const cmd = `exec /usr/bin/python3 reach.py ${pidsOf(pid).join(' ')}`
    const result = await supervisor.run('ShellExec', { cmd }, { level, workingDir, timeoutMs: 10_000 })
    const unharmed = (
      (states) => () =>
        expect(states).toEqual(['S', 'R'])
    )([pid, process.pid].map((each) => readStat(each)?.state))
    controller.abort()
    const lines = printed(result).trim().split('\n')
    return { result, unharmed, neighbour: await besides, told: lines.map((line) => JSON.parse(line)) }
  }

  test('a neighbour, the supervisor and all others are out of reach (T04, T06)', async () => {
    await reaches()
    const supervisor = siege()
    const { result, unharmed, neighbour, told } = await reach(supervisor, (pid) => [pid, process.pid, 'all'])
    const [atNeighbour, atSupervisor] = told
    const refused = expect.stringMatching(/^(ESRCH|EPERM|EACCES|ENOENT)$/u)
    const every = Object.fromEntries(Object.keys(all).map((way) => [way, refused]))
    expect(atNeighbour).toMatchObject(every)
    expect(atSupervisor).toMatchObject(every)
    await judge(supervisor, result, { outcome: 'completed', spawned: ['python3'], unharmed })
    await judge(supervisor, neighbour, { outcome: 'cancelled', code: 'RT_CANCELLED' })
    await signalOwn(supervisor)
  })

  test('what holds the job is neither traced nor read, and stopping or killing it changes nothing', async () => {
    await reaches()
    const supervisor = siege()
    const { result, unharmed, neighbour, told } = await reach(supervisor, () => ['parent', 1])
    const refused = expect.stringMatching(/^(ESRCH|EPERM|EACCES|ENOENT)$/u)
    for (const one of told) expect(one).toMatchObject({ trace: refused, vm_readv: refused, mem: refused })
    await judge(supervisor, result, { outcome: 'completed', spawned: ['python3'], unharmed })
    await judge(supervisor, neighbour, { outcome: 'cancelled', code: 'RT_CANCELLED' })
    await signalOwn(supervisor)
  })

  test('children that stop, and a main process that stops itself, are over at the deadline', async () => {
    await stopsForEver()
    const supervisor = siege()
    const command = uniqueSleep()
    const cmd = `${command} & sleep 0.1; kill -STOP $!; kill -STOP $$`
    const result = await supervisor.run('ShellExec', { cmd }, { level, timeoutMs: 1200 })
    expect(result.spawned.length).toBeGreaterThan(1)
    const unharmed = (): void => expect(findProcesses(command)).toEqual([])
    await judge(supervisor, result, { ...overTime, spawned: ['sh'], unharmed })
    await signalOwn(supervisor)
  })

  test('the permitted twin: a job signals, stops and kills its own children', async () => {
    const { outcome } = await signalOwn(arena())
    expect(outcome).toBe('completed')
  })

  async function signalOwn(supervisor: Supervisor): Promise<JobResult> {
    const cmd = 'sleep 40 & kill -STOP $!; kill -CONT $!; kill -KILL $!; wait $!; echo $?'
    const result = await supervisor.run('ShellExec', { cmd }, { level })
    expect(result.output.data).toMatchObject({ stdout: expect.stringContaining('137') })
    await judge(supervisor, result, { outcome: 'completed' })
    return result
  }
})
