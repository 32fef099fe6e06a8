import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { ProcessSnapshot, Supervisor } from '@runtimo/supervisor'
import { expect, onTestFinished, test } from 'vitest'
import { runtimo } from '../support/cli.ts'
import { findProcesses, until } from '../support/processes.ts'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

/** Keeps every CPU busy until the test is over, or until what is returned is called. */
function makeLoad(): () => void {
  const loops = Array.from({ length: availableParallelism() * 2 }, () =>
    spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }),
  )
  const end = (): void => loops.forEach((loop) => loop.kill('SIGKILL'))
  onTestFinished(end)
  return end
}

test('under a load that others make the guard rejects with the measured value, and nothing is recorded', async () => {
  makeLoad()
  const walPath = join(temporaryDirectory(), 'wal.jsonl')
  await using supervisor = new Supervisor({ walPath })
  const running = supervisor.run('ShellExec', { cmd: 'true' })
  await expect(running).rejects.toMatchObject({
    code: 'RT_PRESSURE',
    retryable: true,
    details: { resource: 'cpu', measured: expect.any(Number), limit: 80 },
  })
  const error: unknown = await running.catch((reason: unknown) => reason)
  expect(Reflect.get(Object(Reflect.get(Object(error), 'details')), 'measured')).toBeGreaterThan(80)
  expect(existsSync(walPath)).toBe(false)
})

test('off by explicit choice, the same job runs under the same load', async () => {
  makeLoad()
  expect(await testSupervisor().run('ShellExec', { cmd: 'true' })).toMatchObject({ outcome: 'completed' })
})

test('the command line waits, says so, and exits with 3', async () => {
  makeLoad()
  const args = ['run', '-c', 'ShellExec', '-a', '{"cmd":"true"}', '--wait', '1']
  const { exitCode, stderr } = await runtimo(args)
  expect(exitCode).toBe(3)
  expect(stderr).toMatch(/waiting: cpu at [\d.]+ %, limit 80 %/u)
  expect(stderr).toContain('RT_PRESSURE')
})

test('a job that waits for resources runs when the load has gone', async () => {
  const endLoad = makeLoad()
  await using supervisor = new Supervisor({ walPath: join(temporaryDirectory(), 'wal.jsonl') })
  let waits = 0
  const onWait = (): void => {
    waits += 1
    endLoad()
  }
  const result = await supervisor.run('ShellExec', { cmd: 'true' }, { waitForResourcesMs: 60_000, onWait })
  expect(result.outcome).toBe('completed')
  expect(waits).toBeGreaterThan(0)
})

test('eleven zombies are too many, ten are not', async () => {
  const made = 11
  const already = (await ProcessSnapshot.capture()).summary.zombieCount
  // A parent that is stopped reaps nobody until it goes on.
  const spawns = 'sleep 0.2 & '.repeat(made)
  const parent = spawn('/bin/sh', ['-c', `${spawns} kill -STOP $$; wait`], { stdio: 'ignore' })
  onTestFinished(async () => {
    parent.kill('SIGCONT')
    await once(parent, 'exit')
  })
  await until(
    'the zombies',
    async () => (await ProcessSnapshot.capture()).summary.zombieCount >= made + already,
  )
  const usual = testSupervisor({ guards: { pressure: false } })
  const rejected = usual.run('ShellExec', { cmd: 'true' })
  await expect(rejected).rejects.toMatchObject({
    code: 'RT_ZOMBIES',
    details: { limit: 10, parents: [parent.pid] },
  })
  const tolerant = testSupervisor({ guards: { pressure: false, maxZombies: made + already } })
  expect(await tolerant.run('ShellExec', { cmd: 'true' })).toMatchObject({ outcome: 'completed' })
})

/** Arguments whose JSON has exactly so many bytes. */
function argumentsOf(bytes: number): { cmd: string } {
  const frame = Buffer.byteLength('{"cmd":"true #"}')
  return { cmd: `true #${'é'.repeat(100)}${'x'.repeat(bytes - frame - 200)}` }
}

test('arguments of 1,048,576 bytes pass', async () => {
  const args = { ...argumentsOf(1_048_576), stdin: undefined }
  expect(Buffer.byteLength(JSON.stringify(args))).toBe(1_048_576)
  // So long a command line is more than the kernel takes: the arguments pass, the start does not.
  const result = await testSupervisor().run('ShellExec', args)
  expect(result).toMatchObject({ outcome: 'failed', error: { code: 'RT_START_FAILED' } })
  const stdin = 'x'.repeat(1_048_576 - Buffer.byteLength('{"cmd":"wc -c","stdin":""}'))
  const counted = await testSupervisor().run('ShellExec', { cmd: 'wc -c', stdin })
  expect(counted).toMatchObject({ outcome: 'completed', output: { data: { stdout: `${stdin.length}\n` } } })
})

test('arguments of 1,048,577 bytes are rejected, and nothing is in the log', async () => {
  const supervisor = testSupervisor()
  const args = argumentsOf(1_048_577)
  expect(Buffer.byteLength(JSON.stringify(args))).toBe(1_048_577)
  await expect(supervisor.run('ShellExec', args)).rejects.toMatchObject({
    code: 'RT_ARGS_TOO_LARGE',
    details: { limit: 1_048_576, measured: 1_048_577 },
  })
  expect(existsSync(supervisor.walPath)).toBe(false)
})

test.each([
  ['a function', { cmd: () => 1 }],
  [
    'a cycle',
    Object.assign(
      {},
      {
        get self(): unknown {
          return this
        },
      },
    ),
  ],
  ['a key that reaches a prototype', JSON.parse('{"__proto__":{"a":1}}')],
])('arguments with %s are refused at the door', async (_name, args) => {
  await expect(testSupervisor().run('ShellExec', args)).rejects.toMatchObject({ code: 'RT_ARGS_NOT_JSON' })
})

test('our own children in dying are no zombies to worry about', async () => {
  const already = (await ProcessSnapshot.capture()).summary.zombieCount
  const supervisor = testSupervisor({ guards: { pressure: false, maxZombies: already } })
  const jobs = Array.from({ length: 8 }, () =>
    supervisor.run('ShellExec', { cmd: 'sleep 0.01 & sleep 0.01; wait' }),
  )
  for (const { outcome } of await Promise.all(jobs)) expect(outcome).toBe('completed')
})

test('thirty daemons that were killed leave no zombie behind, whoever process 1 is', async () => {
  const supervisor = testSupervisor()
  const cmd = 'for i in $(seq 30); do setsid sleep 64 & done; sleep 0.3'
  const result = await supervisor.run('ShellExec', { cmd })
  expect(result).toMatchObject({ outcome: 'completed' })
  const left = new Set(result.spawned.map(({ pid }) => pid))
  const { processes } = await ProcessSnapshot.capture()
  expect(processes.filter(({ pid, comm }) => left.has(pid) && comm === 'sleep')).toEqual([])
})

test('while a job runs, its orphans are reaped: another supervisor sees no zombies of ours', async () => {
  const cmd = 'for i in $(seq 15); do setsid sleep 0.05 & done; sleep 0.8'
  const running = testSupervisor().run('ShellExec', { cmd })
  await until('the job', () => findProcesses('sleep 0.8').length === 1)
  await until('no zombie child of ours', async () => {
    const { processes } = await ProcessSnapshot.capture()
    return processes.every(({ state, ppid }) => state !== 'Z' || ppid !== process.pid)
  })
  expect(findProcesses('sleep 0.8')).toHaveLength(1)
  expect(await running).toMatchObject({ outcome: 'completed' })
})
