import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { levels } from '@runtimo/capabilities'
import type { JobResult } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { arena, control, judge, judgeRefusal, overTime, recordsOf, siege } from '../support/attack.ts'
import { findProcesses } from '../support/processes.ts'
import { temporaryDirectory } from '../support/supervisor.ts'
import { attack, imported, inThread } from './worker.ts'

async function sufferImports(): Promise<void> {
  const exit = imported('exit', '', '"survived"')
  const crash = imported('crash', '', '"survived"')
  expect(await exit.stdout).toBe('')
  expect(await crash.ended).toMatchObject({ signal: 'SIGSEGV' })
}
const importsTakeAlong = control(
  'without us: who imports it exits with it, and crashes with it',
  sufferImports,
)

async function polluteImporter(): Promise<void> {
  expect(await imported('pollute', '', '({}).polluted').stdout).toBe('true\n')
}
const importsPollute = control('without us, who imports it is polluted by it', polluteImporter)

async function forgeInThread(): Promise<void> {
  const after = `worker.on('message', ({ result }) => { console.log(result); process.exit() })`
  expect(await inThread('internals', '', after).stdout).toBe('forged\n')
}
const threadsForge = control('without us, a thread forges what its parent receives', forgeInThread)

async function spinForEver(): Promise<void> {
  const loop = imported('spin', '', '"survived"')
  const ended = loop.ended.then(() => 'ended')
  expect(await Promise.race([ended, sleep(900, 'goes on')])).toBe('goes on')
  expect(await imported('exit', '', '"survived"').stdout).toBe('')
}
const loopsGoOn = control('without us, a loop goes on, and an exit takes all along', spinForEver)

async function leaveChildren(): Promise<void> {
  const seconds = `350100.${process.pid}`
  const parent = inThread('spawn-and-spin', seconds, 'setTimeout(() => worker.terminate(), 600)')
  await parent.ended
  expect(findProcesses(`sleep ${seconds}`)).toHaveLength(3)
}
const childrenStay = control('without us, children of a thread that was terminated live on', leaveChildren)

async function sendFreely(): Promise<void> {
  const supervisor = arena()
  await judge(supervisor, await attack(supervisor, 'ok', { level: 'process' }), { outcome: 'completed' })
}
const messagesPass = control('without a ceiling a worker sends the messages that it needs', sendFreely)

describe.each(levels)('level %s', (level) => {
  test('busy loops (K12), exits and crashes (K13), more than there are places, end their own jobs only', async () => {
    await loopsGoOn()
    await importsTakeAlong()
    const supervisor = siege({ maxConcurrentJobs: 2, maxPrewarmed: 1 })
    const timeoutMs = 2000
    // In a thread Node refuses abort().
    const aborted = level === 'thread' ? 'RT_CAPABILITY_FAILED' : 'RT_CRASHED'
    const codes = { spin: 'RT_TIMED_OUT', exit: 'RT_CRASHED', abort: aborted, crash: 'RT_CRASHED' } as const
    const outcomes = {
      RT_TIMED_OUT: 'timed_out',
      RT_CRASHED: 'crashed',
      RT_CAPABILITY_FAILED: 'failed',
    } as const
    const running = Object.entries(codes).map(async ([how, code]) => {
      const result = await attack(supervisor, how, { level, timeoutMs: how === 'spin' ? 900 : timeoutMs })
      const limit = how === 'spin' ? { limit: 'wall_time' } : {}
      const unharmed = (): void => expect(result.spawned.filter(({ alive }) => alive)).toEqual([])
      await judge(supervisor, result, { outcome: outcomes[code], code, ...limit, unharmed })
    })
    await Promise.all(running)
    const twin = await attack(supervisor, 'ok', { level })
    expect(twin.output.data).toBe('ok')
    await judge(supervisor, twin, { outcome: 'completed' })
  })

  test('children of a worker that has to be killed die with it (K14)', async () => {
    await childrenStay()
    const supervisor = siege()
    const seconds = `${level.length}${process.pid}.5`
    const result = await attack(supervisor, 'spawn-and-spin', { level, timeoutMs: 1000 }, seconds)
    const unharmed = (): void => expect(findProcesses(`sleep ${seconds}`)).toEqual([])
    await judge(supervisor, result, { ...overTime, spawned: ['sleep', 'sleep', 'sleep'], unharmed })
    await judge(supervisor, await attack(supervisor, 'ok', { level }), { outcome: 'completed' })
  })

  test('what a worker must not say ends its job, and none is believed (J01)', async () => {
    await threadsForge()
    const supervisor = siege()
    const violations = ['forge-for-another', 'forge-a-type', 'claim-our-refusal'].map(async (how) => {
      const result = await attack(supervisor, how, { level })
      const unharmed = (): void => expect(result.output.data).toBe(null)
      await judge(supervisor, result, { outcome: 'crashed', code: 'RT_PROTOCOL_VIOLATION', unharmed })
    })
    const answers = { 'answer-twice': /^first$/u, 'answer-after-the-end': /^(in time|late)$/u }
    const repeats = Object.entries(answers).map(async ([how, answer]) => {
      const result = await attack(supervisor, how, { level })
      // Before its end it may say what it likes: it is its own answer.
      expect(result.output.data).toMatch(answer)
      await judge(supervisor, result, { outcome: 'completed' })
    })
    const twin = attack(supervisor, 'ok', { level })
    await Promise.all([...violations, ...repeats])
    expect((await twin).output.data).toBe('ok')
    await judge(supervisor, await twin, { outcome: 'completed' })
  })

  test('prototypes in results, and a worker that polluted its own, reach nobody (J03)', async () => {
    await importsPollute()
    const supervisor = siege()
    const [proto, constructor, polluted, twin] = await Promise.all([
      attack(supervisor, 'return-prototype', { level }),
      attack(supervisor, 'return-constructor', { level }),
      attack(supervisor, 'pollute', { level, timeoutMs: 2500 }),
      attack(supervisor, 'echo', { level }, { a: 1 }),
    ])
    const unharmed = (): void => {
      expect({}).not.toHaveProperty('polluted')
      for (const { output } of [proto, constructor, polluted])
        expect(JSON.stringify(output)).not.toContain('polluted')
    }
    const refused = { outcome: 'failed', code: 'RT_RESULT_NOT_JSON', unharmed } as const
    await judge(supervisor, proto, refused)
    await judge(supervisor, constructor, refused)
    // In a process it broke its own channel, and never answers.
    await judge(supervisor, polluted, level === 'thread' ? refused : { ...overTime, unharmed })
    expect(twin.output.data).toEqual({ a: 1 })
    await judge(supervisor, twin, { outcome: 'completed' })
  })

  test('the internals of a pool or a channel give a module nothing but its own failure (J06)', async () => {
    await threadsForge()
    const supervisor = siege()
    const hows = ['internals', 'ok']
    const results = await Promise.all(hows.map((how) => attack(supervisor, how, { level, timeoutMs: 5000 })))
    // Its own answer, which was not sent by way of a pool.
    const unharmed = (): void => expect(results.map(({ output }) => output.data)).toEqual(['tried', 'ok'])
    for (const result of results)
      await judge(supervisor, result, { outcome: 'completed', unharmed, twin: unharmed })
  })

  test('messages over their ceiling end the job, and as many as it needs do not', async () => {
    await messagesPass()
    const supervisor = siege()
    const run = (messages: number): Promise<JobResult> =>
      attack(supervisor, 'ok', { level, limits: { messages } })
    const over = await run(2)
    await judge(supervisor, over, {
      outcome: 'limit_exceeded',
      code: 'RT_LIMIT_EXCEEDED',
      limit: 'messages',
      unharmed: () => expect(over.error).toMatchObject({ allowed: 2, peak: 3 }),
    })
    await judge(supervisor, await run(3), { outcome: 'completed' })
  })
})

async function waitForTurn(): Promise<void> {
  const supervisor = arena({ maxConcurrentJobs: 1 })
  const workingDir = temporaryDirectory()
  const first = supervisor.run('ShellExec', { cmd: 'sleep 0.3' })
  await judge(supervisor, await supervisor.run('ShellExec', { cmd: 'touch ran' }, { workingDir }), {
    outcome: 'completed',
  })
  await judge(supervisor, await first, { outcome: 'completed' })
  expect(existsSync(join(workingDir, 'ran'))).toBe(true)
}
const waitersBegin = control('one that waits for its turn, and is not cancelled, is begun', waitForTurn)

test('one that is cancelled while it waits for its turn is not begun, and not recorded (K15)', async () => {
  await waitersBegin()
  const supervisor = siege({ maxConcurrentJobs: 1 })
  const workingDir = temporaryDirectory()
  const controller = new AbortController()
  const first = supervisor.run('ShellExec', { cmd: 'sleep 0.3' })
  const second = supervisor.run('ShellExec', { cmd: 'touch ran' }, { workingDir, signal: controller.signal })
  controller.abort()
  controller.abort()
  const unharmed = (): void => expect(existsSync(join(workingDir, 'ran'))).toBe(false)
  await judgeRefusal(second, 'RT_CANCELLED', unharmed)
  const result = await first
  const { jobId, walSeq } = result
  await judge(supervisor, result, { outcome: 'completed' })
  unharmed()
  expect((await recordsOf(supervisor, jobId)).at(-1)).toMatchObject({ seq: walSeq })
  expect(walSeq).toBe(4) // wal_opened, and three records of the first
})
