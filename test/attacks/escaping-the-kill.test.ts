import { statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobResult, Supervisor } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { arena, siege, control, judge, overTime, Unconfined } from '../support/attack.ts'
import { findProcesses, until } from '../support/processes.ts'
import { python } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

let made = 0
/** A sleep that no other test has: its command line names the process. */
function uniqueSleep(): string {
  made += 1
  return `sleep ${made + 300_000}.${process.pid}`
}

const daemonise = (command: string): string => `setsid sh -c '(${command} &)' </dev/null >/dev/null 2>&1`
/** Asks not to be killed with whom started it, and leaves it. */
const withoutDeathSignal = (command: string): string =>
  python(
    `import ctypes,os; ctypes.CDLL(None).prctl(1,0,0,0,0); os.setsid(); os.fork() and os._exit(0); ctypes.CDLL(None).prctl(1,0,0,0,0); os.execvp('sleep','${command}'.split())`,
  )

/** Each makes a process that the kill of a process group, and the terminal's end, leave alive. */
const ways: Readonly<Record<string, (command: string) => string>> = {
  'a daemon by setsid and double fork (K02)': daemonise,
  'a daemon that closed everything and changed its directory': (command) =>
    daemonise(`cd / && exec ${command} 0<&- 1>&- 2>&-`),
  'a daemon without environment': (command) => `env -i setsid sh -c '(${command} &)' &`,
  'one that cleared its death signal (K08)': (command) => `${withoutDeathSignal(command)} &`,
  'one by nohup (K11)': (command) => `nohup setsid ${command} >/dev/null 2>&1 &`,
}

/** These die with their group; what they withstand is asking, or the kill of their parent alone. */
const stubborn: Readonly<Record<string, (command: string) => string>> = {
  'a grandchild in the same group (K01)': (command) => `(${command} & wait) &`,
  'one that ignores every signal it can (K03)': (command) =>
    `sh -c 'trap "" TERM INT HUP QUIT USR1 USR2; ${command}; ${command}' &`,
  'one that is stopped': (command) => `sh -c '${command} & sleep 0.1; kill -STOP $!; kill -STOP $$' &`,
}

const everyWay = { ...ways, ...stubborn }
type Way = (command: string) => string

/** Does something for each way at the same time. */
async function withEach<T>(
  table: Readonly<Record<string, Way>>,
  act: (way: Way, name: string) => Promise<T>,
): Promise<Record<string, T>> {
  const results = Object.entries(table).map(async ([name, way]) => [name, await act(way, name)] as const)
  return Object.fromEntries(await Promise.all(results))
}

const inAll = <T>(table: object, value: T): Record<string, T> =>
  Object.fromEntries(Object.keys(table).map((name) => [name, value]))

async function killGroups(): Promise<void> {
  const alive = await withEach(ways, async (way) => {
    const command = uniqueSleep()
    const shell = Unconfined.shell(`${way(command)}\n sleep 0.4; kill -KILL 0`)
    expect(await shell.ended).toMatchObject({ signal: 'SIGKILL' })
    return findProcesses(command).length
  })
  expect(alive).toEqual(inAll(ways, 1))
}
const daemonsSurvive = control('without us, each kind of daemon survives the kill of its group', killGroups)

async function killParents(): Promise<void> {
  const alive = await withEach(stubborn, async (way) => {
    const command = uniqueSleep()
    const shell = Unconfined.shell(`${way(command)}\n sleep 0.4; kill -TERM $$; sleep 30`)
    expect(await shell.ended).toMatchObject({ signal: 'SIGTERM' })
    return findProcesses(command).length > 0
  })
  expect(alive).toEqual(inAll(stubborn, true))
}
const stubbornSurvive = control('without us, each stubborn child survives SIGTERM to its parent', killParents)

const storm = (marker: string): string =>
  `for i in 1 2 3 4; do setsid sh -c 'while :; do (:) & (sleep 1 &); done; : ${marker}' & done; wait`
// A script anew each time: within one, dash ends it after 1,000 calls.
const chain = `cat >run.sh <<'E'\necho >>count; [ $1 -lt 20000 ] && sh run.sh $(($1+1)) & exit\nE\nsetsid sh run.sh 0 & sleep 30`
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

async function killStorms(): Promise<void> {
  const marker = `storm-control-${process.pid}`
  const cwd = temporaryDirectory()
  const [count, end] = [join(cwd, 'count'), 'sleep 0.3; kill -KILL $$']
  // One after the other: the chain has an end, which it must not reach while the storm keeps us waiting.
  const forks = Unconfined.shell(`(${chain}) & ${end}`, { cwd })
  expect(await forks.ended).toMatchObject({ signal: 'SIGKILL' })
  const before = sizeOf(count)
  await until('more of the chain', () => sizeOf(count) > before)
  const storms = Unconfined.shell(`(${storm(marker)}) & ${end}`, { cwd })
  expect(await storms.ended).toMatchObject({ signal: 'SIGKILL' })
  expect(findProcesses(new RegExp(marker, 'u')).length).toBeGreaterThan(3)
}
const stormsGoOn = control(
  'without us, a fork storm and a chain of forks go on after their parent',
  killStorms,
)

describe.each(['sandbox', 'process'] as const)('level %s', (level) => {
  test('at its deadline every kind of daemon and stubborn child is killed', async () => {
    await daemonsSurvive()
    await stubbornSurvive()
    const supervisor = siege()
    const killed = await withEach(everyWay, async (way) => {
      const command = uniqueSleep()
      let seen = 0
      const onOutput = (): void => void (seen = Math.max(seen, findProcesses(command).length))
      const cmd = `echo began; ${way(command)}\n sleep 0.7; echo up; sleep 30`
      const result = await supervisor.run('ShellExec', { cmd }, { level, timeoutMs: 1500, onOutput })
      const left = findProcesses(command)
      expect(result.output.data).toMatchObject({ stdout: 'began\nup\n' })
      const unharmed = (): void => expect(left).toEqual([])
      await judge(supervisor, result, { ...overTime, spawned: ['sh', 'sleep'], unharmed })
      return { seen: seen > 0 }
    })
    expect(killed).toEqual(inAll(everyWay, { seen: true }))
    await waitForChild(supervisor)
  })

  test('a child that holds the pipes does not hold the result, and is killed', async () => {
    await daemonsSurvive()
    const command = uniqueSleep()
    const supervisor = siege()
    const result = await supervisor.run('ShellExec', { cmd: `${command} & sleep 0.1; echo done` }, { level })
    const unharmed = (): void => expect(findProcesses(command)).toEqual([])
    const twin = (): void => expect(result.output.data).toMatchObject({ stdout: 'done\n' })
    // Not timed_out: nobody waited for the child.
    await judge(supervisor, result, { outcome: 'completed', spawned: ['sh', 'sleep'], unharmed, twin })
  })

  test('a fork storm (K05) is over at the deadline', async () => {
    await stormsGoOn()
    const supervisor = siege()
    const marker = `storm-${level}-${process.pid}`
    const options = { level, workingDir: temporaryDirectory(), limits: { processes: 4000 }, timeoutMs: 500 }
    const result = await supervisor.run('ShellExec', { cmd: storm(marker) }, options)
    expect(result.usage.processes).toBeGreaterThan(20)
    const unharmed = (): void => expect(findProcesses(new RegExp(marker, 'u'))).toEqual([])
    await judge(supervisor, result, { ...overTime, spawned: ['sh'], unharmed })
    await waitForChild(supervisor)
  })

  test('one that forks and leaves, again and again, is caught', async () => {
    await stormsGoOn()
    const supervisor = siege()
    const workingDir = temporaryDirectory()
    const result = await supervisor.run('ShellExec', { cmd: chain }, { level, workingDir, timeoutMs: 600 })
    const count = join(workingDir, 'count')
    const unharmed = async (): Promise<void> => {
      const before = sizeOf(count)
      expect(before).toBeGreaterThan(10)
      await sleep(100)
      expect(sizeOf(count)).toBe(before)
    }
    await judge(supervisor, result, { ...overTime, spawned: ['sh'], unharmed })
    await waitForChild(supervisor)
  })

  test('a cancelled one is gone with its daemons; cancelling twice, or after the end, changes nothing (K15)', async () => {
    await daemonsSurvive()
    const supervisor = siege()
    const command = uniqueSleep()
    const controller = new AbortController()
    const cancel = (): void => {
      controller.abort()
      controller.abort()
    }
    const options = { level, signal: controller.signal, onOutput: cancel }
    const cmd = `${daemonise(command)}; echo up; sleep 30`
    const result = await supervisor.run('ShellExec', { cmd }, options)
    cancel()
    const unharmed = (): void => expect(findProcesses(command)).toEqual([])
    const claim = { outcome: 'cancelled', code: 'RT_CANCELLED', spawned: ['sh'], unharmed } as const
    await judge(supervisor, result, claim)
    await waitForChild(supervisor)
  })

  test('the permitted twin: a background child that is waited for runs to its end', async () => {
    const { outcome } = await waitForChild(arena())
    expect(outcome).toBe('completed')
  })

  async function waitForChild(supervisor: Supervisor): Promise<JobResult> {
    const cmd = '(sleep 0.1; echo twin) & wait'
    const result = await supervisor.run('ShellExec', { cmd }, { level })
    expect(result.output.data).toMatchObject({ stdout: 'twin\n' })
    await judge(supervisor, result, { outcome: 'completed', spawned: ['sh', 'sleep'] })
    return result
  }
})

test('by their relatives only, daemons without environment and parent are killed all the same', async () => {
  await daemonsSurvive()
  const command = uniqueSleep()
  const supervisor = siege({ attribution: 'tree' })
  const cmd = `env -i setsid sh -c '${command} & sleep 0.3' & sleep 0.5; echo $$`
  const result = await supervisor.run('ShellExec', { cmd }, { level: 'process' })
  const unharmed = (): void => expect(findProcesses(command)).toEqual([])
  const twin = (): void =>
    expect(result.output.data).toMatchObject({ stdout: expect.stringMatching(/^\d+\n$/u) })
  await judge(supervisor, result, { outcome: 'completed', unharmed, twin })
})
