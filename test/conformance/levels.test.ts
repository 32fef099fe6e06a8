import { isErrorCode, levels } from '@runtimo/capabilities'
import { readdirSync } from 'node:fs'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { descendants, findProcesses } from '../support/processes.ts'
import { fixture, temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

const from = fixture('misbehave.mjs')

const misdeeds = [
  ['throw', 'failed', 'RT_CAPABILITY_FAILED'],
  ['throw-proxy', 'failed', 'RT_CAPABILITY_FAILED'],
  ['throw-getter', 'failed', 'RT_CAPABILITY_FAILED'],
  ['throw-huge', 'failed', 'RT_CAPABILITY_FAILED'],
  ['overflow', 'failed', 'RT_CAPABILITY_FAILED'],
  ['one-gigabyte', 'failed', 'RT_CAPABILITY_FAILED'],
  ['too-large', 'failed', 'RT_RESULT_TOO_LARGE'],
  ['cycle', 'failed', 'RT_RESULT_NOT_JSON'],
  ['bigint', 'failed', 'RT_RESULT_NOT_JSON'],
  ['prototype', 'failed', 'RT_RESULT_NOT_JSON'],
  ['exit', 'crashed', 'RT_CRASHED'],
  ['segfault', 'crashed', 'RT_CRASHED'],
  ['garbage-on-channel', 'crashed', 'RT_PROTOCOL_VIOLATION'],
  ['huge-frame', 'crashed', 'RT_PROTOCOL_VIOLATION'],
  ['not-json', 'crashed', 'RT_PROTOCOL_VIOLATION'],
  ['forged-job', 'crashed', 'RT_PROTOCOL_VIOLATION'],
  ['forged-code', 'crashed', 'RT_PROTOCOL_VIOLATION'],
  ['flood', 'crashed', 'RT_PROTOCOL_VIOLATION'],
  // The second answer comes when nobody waits for it.
  ['answer-twice', 'completed', undefined],
] as const

// What every level of isolation must do, through the public API. A level that is added is added here.
describe.each(levels)('level %s', (level) => {
  test('a function runs and its value becomes the data', async () => {
    const result = await testSupervisor().run('Misbehave', { how: 'ok' }, { from, level })
    expect(result).toMatchObject({
      outcome: 'completed',
      success: true,
      output: { success: true, data: { answer: 42 } },
      posture: { level },
      spawned: [],
    })
    expect(result.jobId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/u)
  })

  test('a built-in runs', async () => {
    const result = await testSupervisor().run('FileRead', { path: 'package.json' }, { level })
    expect(result).toMatchObject({ outcome: 'completed', posture: { level } })
  })

  test('what it prints comes live and is kept', async () => {
    const chunks: string[] = []
    const onOutput = ({ stream, bytes }: { stream: string; bytes: Uint8Array }): void => {
      chunks.push(`${stream}: ${Buffer.from(bytes).toString()}`)
    }
    const result = await testSupervisor().run('Misbehave', { how: 'print' }, { from, level, onOutput })
    expect(chunks.toSorted()).toEqual(['stderr: to stderr\n', 'stdout: to stdout\n'])
    expect(result.output.printed).toMatchObject({
      stdout: 'to stdout\n',
      stderr: 'to stderr\n',
      truncated: false,
    })
  })

  test('arguments that do not fit are refused with pointer, expected and got', async () => {
    const result = await testSupervisor().run('Misbehave', { how: 'ok', hwo: 1 }, { from, level })
    expect(result).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'RT_INVALID_ARGS',
        pointer: '/hwo',
        expected: expect.stringContaining('did you mean how?'),
        got: '1',
      },
    })
  })

  test.each([
    ['never-answer', ''],
    ['spin', 'spinning\n'],
  ])('%s is killed at the deadline, and what it printed is kept', async (how, stdout) => {
    const result = await testSupervisor().run('Misbehave', { how }, { from, level, timeoutMs: 2500 })
    expect(result).toMatchObject({ outcome: 'timed_out', success: false, error: { code: 'RT_TIMED_OUT' } })
    expect(result.output.printed?.stdout ?? '').toBe(stdout)
  })

  test('a signal cancels it while it spins', async () => {
    const controller = new AbortController()
    const options = { from, level, signal: controller.signal, onOutput: () => controller.abort() }
    const result = await testSupervisor().run('Misbehave', { how: 'spin' }, options)
    expect(result).toMatchObject({ outcome: 'cancelled', error: { code: 'RT_CANCELLED' } })
  })

  test('a child that it left behind is killed and attributed', async () => {
    const result = await testSupervisor().run('Misbehave', { how: 'children' }, { from, level })
    const { pid } = result.output.data as { pid: number }
    // As the job counts: in a pid namespace it has a number of its own.
    expect(result.spawned.map((child) => child.pidInside ?? child.pid)).toEqual([pid])
    expect(result.spawned).toMatchObject([{ comm: 'sleep', alive: false }])
    expect(findProcesses('sleep 300')).not.toContain(result.spawned[0]?.pid)
  })

  test('each misdeed ends its own job only, and the supervisor goes on', async () => {
    const supervisor = testSupervisor()
    for (const [how, outcome, code] of misdeeds) {
      const result = await supervisor.run('Misbehave', { how }, { from, level })
      expect({ how, outcome: result.outcome, code: result.error?.code }).toEqual({ how, outcome, code })
      expect(JSON.stringify(result).length).toBeLessThan(100_000)
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(await supervisor.run('Misbehave', { how: 'ok' }, { from, level })).toMatchObject({ success: true })
  })

  test('nothing of ours is inherited: no secret, no descriptor', async () => {
    process.env['TEST_SECRET'] = 'hidden'
    const result = await testSupervisor().run('Misbehave', { how: 'environment' }, { from, level })
    delete process.env['TEST_SECRET']
    expect(result.output.data).toHaveProperty('PATH')
    expect(result.output.data).not.toHaveProperty('TEST_SECRET')
  })

  test('jobs at the same time do not meet', async () => {
    const supervisor = testSupervisor()
    const hows = ['ok', 'exit', 'children', 'ok'] as const
    const results = await Promise.all(
      hows.map((how) => supervisor.run('Misbehave', { how }, { from, level })),
    )
    expect(results.map(({ outcome }) => outcome)).toEqual(['completed', 'crashed', 'completed', 'completed'])
    expect(results.map(({ spawned }) => spawned.length)).toEqual([0, 0, 1, 0])
  })

  test('nothing is left: no process, no descriptor', async () => {
    const supervisor = testSupervisor({ maxPrewarmed: 0 })
    await supervisor.run('Misbehave', { how: 'ok' }, { from, level })
    const descriptors = readdirSync('/proc/self/fd').length
    for (const how of ['children', 'exit', 'throw'])
      await supervisor.run('Misbehave', { how }, { from, level })
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(descriptors)
    const below = new Set(descendants(process.pid)) // another suite may have workers of its own
    const workers = findProcesses(/worker\/src\/(child|thread-host)/u)
    expect(workers.filter((pid) => below.has(pid))).toEqual([])
  })
})

test('abort() ends a process with its signal; in a thread Node refuses it', async () => {
  const supervisor = testSupervisor()
  const ofProcess = await supervisor.run('Misbehave', { how: 'abort' }, { from, level: 'process' })
  expect(ofProcess).toMatchObject({ outcome: 'crashed', error: { signal: 'SIGABRT' } })
  const ofThread = await supervisor.run('Misbehave', { how: 'abort' }, { from, level: 'thread' })
  expect(ofThread).toMatchObject({ outcome: 'failed', error: { code: 'RT_CAPABILITY_FAILED' } })
})

test('half a gigabyte of result fails its own job', async () => {
  const supervisor = testSupervisor()
  const result = await supervisor.run('Misbehave', { how: 'half-gigabyte' }, { from, timeoutMs: 60_000 })
  expect(result).toMatchObject({
    outcome: 'failed',
    error: { code: 'RT_RESULT_TOO_LARGE', measured: 500_000_002 },
  })
  expect(await supervisor.run('Misbehave', { how: 'ok' }, { from })).toMatchObject({ success: true })
})

test('a full heap is a limit at level thread', async () => {
  const result = await testSupervisor().run('Misbehave', { how: 'fill-heap' }, { from, level: 'thread' })
  expect(result).toMatchObject({
    outcome: 'limit_exceeded',
    error: { code: 'RT_LIMIT_EXCEEDED', limit: 'memory' },
  })
})

test('every error code of a result is in the catalogue', async () => {
  const result = await testSupervisor().run(
    'Misbehave',
    { how: 'throw' },
    { from, workingDir: temporaryDirectory() },
  )
  expect(isErrorCode(result.error?.code)).toBe(true)
})
