import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import process from 'node:process'
import { WalReader } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { findProcesses, until } from '../support/processes.ts'
import { testSupervisor } from '../support/supervisor.ts'

let made = 300_000
/** A sleep that no other test has: its command line names the process. */
function uniqueSleep(): string {
  made += 1
  return `sleep ${made}.${process.pid}`
}

const daemonise = (command: string): string => `setsid sh -c '(${command} &)' </dev/null >/dev/null 2>&1`

test('without us, killing the process group leaves a daemon alive', async () => {
  const daemon = uniqueSleep()
  const child = spawn('/bin/sh', ['-c', `${daemonise(daemon)}; sleep 30`], {
    detached: true,
    stdio: 'ignore',
  })
  await until('the daemon', () => findProcesses(daemon).length === 1)
  process.kill(-Number(child.pid), 'SIGKILL')
  await once(child, 'exit')
  await sleep(50)
  const [survivor] = findProcesses(daemon)
  expect(survivor).toBeGreaterThan(0)
  process.kill(Number(survivor), 'SIGKILL')
})

describe.each(['exact', 'tree'] as const)('with attribution %s', (attribution) => {
  const ways = {
    'a grandchild in the same group (K01)': (command: string) => `(${command} & wait)`,
    'a daemon by setsid and double fork (K02)': daemonise,
    'a daemon that closed everything and changed its directory': (command: string) =>
      daemonise(`cd / && exec ${command} 0<&- 1>&- 2>&-`),
    'one that ignores every signal it can (K03)': (command: string) =>
      `sh -c 'trap "" TERM INT HUP QUIT USR1 USR2; ${command} & wait'`,
    'one that is stopped': (command: string) => `sh -c 'kill -STOP $$; ${command}'& ${command} & wait`,
  }

  test.each(Object.entries(ways))('%s is killed at the deadline', async (_name, way) => {
    const command = uniqueSleep()
    const supervisor = testSupervisor({ attribution })
    let seen: number[] = []
    const timeoutMs = 700
    const watching = setInterval(() => (seen = [...seen, ...findProcesses(command)]), 50)
    const result = await supervisor.run('ShellExec', { cmd: `${way(command)}; sleep 30` }, { timeoutMs })
    clearInterval(watching)
    expect(result).toMatchObject({ outcome: 'timed_out', success: false, error: { code: 'RT_TIMED_OUT' } })
    expect(seen.length).toBeGreaterThan(0)
    expect(findProcesses(command)).toEqual([])
    expect(result.spawned.map(({ comm }) => comm)).toContain('sleep')
    expect(result.spawned.filter(({ alive }) => alive)).toEqual([])
    expect(await recordTypes(supervisor.walPath)).toEqual(['wal_opened', 'job_started', 'job_failed'])
  })

  test('a child that holds the pipes does not hold the result, and is killed', async () => {
    const command = uniqueSleep()
    const result = await testSupervisor({ attribution }).run('ShellExec', { cmd: `echo done; ${command} &` })
    expect(result).toMatchObject({ outcome: 'completed', output: { data: { stdout: 'done\n' } } })
    expect(findProcesses(command)).toEqual([])
  })

  test('a daemon that left the session and the environment is killed', async () => {
    const command = uniqueSleep()
    const cmd = `env -i setsid sh -c '${command} & sleep 0.3' & sleep 0.5; echo $$`
    const result = await testSupervisor({ attribution }).run('ShellExec', { cmd })
    expect(result.outcome).toBe('completed')
    expect(findProcesses(command)).toEqual([])
  })
})

test('the permitted twin: a background child that is waited for runs to its end', async () => {
  const result = await testSupervisor().run('ShellExec', { cmd: '(sleep 0.1; echo twin) & wait' })
  expect(result).toMatchObject({ outcome: 'completed', output: { data: { stdout: 'twin\n' } } })
})

async function recordTypes(path: string): Promise<string[]> {
  const types: string[] = []
  for await (const entry of new WalReader(path).entries())
    types.push(entry.ok ? entry.record.type : entry.reason)
  return types
}
