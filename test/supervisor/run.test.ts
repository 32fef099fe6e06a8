import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  executeWithTelemetry,
  executeWithTelemetryAndSession,
  type RunOptions,
  toWire,
  WalReader,
} from '@runtimo/supervisor'
import { expect, test } from 'vitest'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

test('before and after are two captures, never one object', async () => {
  const result = await testSupervisor().run('ShellExec', { cmd: 'true' })
  expect(result.telemetryBefore).not.toBe(result.telemetryAfter)
  expect(result.telemetryBefore.memory).not.toBe(result.telemetryAfter.memory)
  expect(result.processBefore).not.toBe(result.processAfter)
})

test('the start is durable before the job runs, the end before the caller hears', async () => {
  const supervisor = testSupervisor()
  const { walPath } = supervisor
  let seen = ''
  const onOutput = (): void => void (seen = readFileSync(walPath, 'utf8'))
  const { walSeq, jobId } = await supervisor.run('ShellExec', { cmd: 'echo running' }, { onOutput })
  expect(seen).toContain(`"type":"job_started","job_id":"${jobId}"`)
  expect(seen).not.toContain('job_completed')
  const last = []
  for await (const entry of new WalReader(walPath).entries()) last.push(entry)
  expect(last.at(-1)).toMatchObject({
    ok: true,
    record: {
      seq: walSeq,
      type: 'job_completed',
      job_id: jobId,
      outcome: 'completed',
      capability: 'ShellExec',
      tenant: 'default',
      session_id: null,
      owner: { pid: process.pid, start_time: expect.any(Number) },
      output: { success: true },
      telemetry_before: { timestamp: expect.any(Number) },
      process_after: { zombie_count: expect.any(Number) },
      spawned: expect.arrayContaining([expect.objectContaining({ comm: 'sh', alive: false })]),
      posture: { level: 'sandbox' },
    },
  })
})

test('a large output is in the result whole, and in the log by its hash', async () => {
  const supervisor = testSupervisor()
  const result = await supervisor.run('ShellExec', { cmd: 'head -c 300000 /dev/zero | tr "\\0" x' })
  expect(Reflect.get(Object(result.output.data), 'stdout')).toHaveLength(300_000)
  for await (const entry of new WalReader(supervisor.walPath).entries()) {
    expect(JSON.stringify(entry).length).toBeLessThan(20_000)
  }
})

test('half a gigabyte of output is counted, cut at 10 MiB, and held nowhere', async () => {
  const before = process.memoryUsage.rss()
  let live = 0
  const onOutput: RunOptions['onOutput'] = ({ bytes }) => (live += bytes.length)
  const cmd = 'head -c 512M /dev/zero | tr "\\0" x'
  const { output } = await testSupervisor().run('ShellExec', { cmd }, { onOutput })
  expect(output.data).toMatchObject({
    stdout_bytes: 536_870_912,
    stdout_truncated: true,
    stderr_truncated: false,
  })
  expect(Reflect.get(Object(output.data), 'stdout')).toHaveLength(10_485_760)
  expect(live).toBe(10_485_760)
  expect(process.memoryUsage.rss() - before).toBeLessThan(300_000_000)
})

test('a listener of output that throws ends neither the supervisor nor the job', async () => {
  const calls: unknown[] = []
  const onOutput: RunOptions['onOutput'] = (chunk) => {
    calls.push(chunk)
    throw new Error('boom')
  }
  const cmd = 'echo one; sleep 0.1; echo two'
  const result = await testSupervisor().run('ShellExec', { cmd }, { onOutput })
  expect(calls).toHaveLength(1)
  expect(result).toMatchObject({ outcome: 'completed', output: { data: { stdout: 'one\ntwo\n' } } })
})

test('NUL in a command is refused by the schema', async () => {
  const result = await testSupervisor().run('ShellExec', { cmd: 'echo a\0b' })
  expect(result).toMatchObject({ outcome: 'failed', error: { code: 'RT_INVALID_ARGS', pointer: '/cmd' } })
})

test('partial output is kept when the deadline comes', async () => {
  const result = await testSupervisor().run('ShellExec', { cmd: 'echo first; sleep 60' }, { timeoutMs: 600 })
  expect(result).toMatchObject({
    outcome: 'timed_out',
    output: { success: false, data: { stdout: 'first\n', exit_code: null, signal: 'SIGKILL' } },
  })
})

test.each([
  ['in the arguments alone', { timeout_secs: 0.4 }, {}],
  ['in the options, shorter than in the arguments', { timeout_secs: 50 }, { timeoutMs: 400 }],
  ['in the arguments, shorter than in the options', { timeout_secs: 0.4 }, { timeoutMs: 50_000 }],
])('a deadline %s counts', async (_name, args, options) => {
  const result = await testSupervisor().run('ShellExec', { cmd: 'sleep 60', ...args }, options)
  expect(result).toMatchObject({ outcome: 'timed_out', error: { limit: 'wall_time', timeout_ms: 400 } })
})

test('a command ended by a signal says which', async () => {
  const result = await testSupervisor().run('ShellExec', { cmd: 'kill -TERM $$' })
  expect(result).toMatchObject({
    outcome: 'failed',
    output: { success: false, data: { exit_code: null, signal: 'SIGTERM' } },
    error: { code: 'RT_COMMAND_FAILED', signal: 'SIGTERM' },
  })
})

test('a command asked for at level thread gets the process that it needs, and says so', async () => {
  const result = await testSupervisor().run('ShellExec', { cmd: 'true' }, { level: 'thread' })
  expect(result.posture?.level).toBe('process')
})

test.each<[string, RunOptions, string]>([
  ['timeoutMs', { timeoutMs: 0 }, '>= 1'],
  ['timeoutMs', { timeoutMs: 86_400_001 }, '<= 86400000'],
  ['level', { level: Object('strong') }, 'one of ["thread","process","sandbox"]'],
  ['timeoutMS', Object({ timeoutMS: 1 }), 'did you mean timeoutMs?'],
  ['signal', Object({ signal: 'now' }), 'an AbortSignal'],
  ['signal', Object({ signal: {} }), 'an AbortSignal'],
  ['options', Object(JSON.parse('{"options":1}')), 'only known'],
])('option %s out of range is refused, with what was expected', async (option, options, expected) => {
  const running = testSupervisor().run('ShellExec', { cmd: 'true' }, options)
  await expect(running).rejects.toMatchObject({ code: 'RT_INVALID_OPTION', details: { option } })
  await expect(running).rejects.toThrow(expected)
})

test('a caller who has cancelled already runs nothing', async () => {
  const supervisor = testSupervisor()
  const running = supervisor.run('ShellExec', { cmd: 'true' }, { signal: AbortSignal.abort() })
  await expect(running).rejects.toMatchObject({ code: 'RT_CANCELLED' })
  expect(existsSync(supervisor.walPath)).toBe(false)
})

test('close cancels what runs, records it, and refuses what comes', async () => {
  const supervisor = testSupervisor()
  const running = supervisor.run('ShellExec', { cmd: 'sleep 60' })
  setTimeout(() => void supervisor.close(), 400)
  expect(await running).toMatchObject({ outcome: 'cancelled', walSeq: 4 })
  await expect(supervisor.run('ShellExec', { cmd: 'true' })).rejects.toMatchObject({ code: 'RT_CLOSED' })
})

test('an end that cannot be recorded is an error that tells which job ran', async () => {
  const supervisor = testSupervisor()
  // While the job runs, somebody damages the last record: its start.
  const onOutput = (): void => {
    truncateSync(supervisor.walPath, 700)
    appendFileSync(supervisor.walPath, '\n')
  }
  await expect(supervisor.run('ShellExec', { cmd: 'echo running' }, { onOutput })).rejects.toMatchObject({
    code: 'RT_WAL_CORRUPT',
    details: { job_id: expect.any(String), outcome: 'completed' },
  })
})

test("the original's entry points", async () => {
  const walPath = join(temporaryDirectory(), 'wal.jsonl')
  const path = join(temporaryDirectory(), 'given')
  writeFileSync(path, 'x')
  const plain = await whenIdle(() => executeWithTelemetry('FileRead', { path }, false, walPath))
  expect(toWire(plain)).toMatchObject({ capability: 'FileRead', success: true })
  const cmd = 'sleep 60'
  const timed = await whenIdle(() =>
    executeWithTelemetryAndSession('ShellExec', { cmd }, false, walPath, 's-1', 1),
  )
  expect(timed).toMatchObject({ outcome: 'timed_out', sessionId: 's-1' })
})

/** These entry points have no switch for the guards: on a busy machine they may trip. */
async function whenIdle<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 40; tries++) {
    try {
      return await run()
    } catch (error) {
      if (!['RT_PRESSURE', 'RT_ZOMBIES'].includes(Reflect.get(Object(error), 'code'))) throw error
      await sleep(100)
    }
  }
  return await run()
}
