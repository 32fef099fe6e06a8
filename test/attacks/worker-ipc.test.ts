import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { levels } from '@runtimo/capabilities'
import type { JobResult, RunOptions, Supervisor } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { arena, control, judge, overTime, recordsOf, siege, Unconfined } from '../support/attack.ts'
import { findProcesses } from '../support/processes.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const from = fixture('attack-ipc-worker/worker.mjs')

function attack(
  supervisor: Supervisor,
  how: string,
  options: RunOptions,
  value?: unknown,
): Promise<JobResult> {
  return supervisor.run('Attack', { how, ...(value === undefined ? {} : { value }) }, { from, ...options })
}

/** The same in a program that simply imports it, and then says what became of itself. */
function imported(how: string, value: string, after: string): Unconfined {
  const program = `
    const { default: { execute } } = await import(${JSON.stringify(from)})
    const result = await execute({ how: '${how}', value: ${JSON.stringify(value)} }, { jobId: 'x' })
    console.log(${after})`
  return new Unconfined([process.execPath, '--input-type=module', '--eval', program])
}

test('without us: who imports it exits with it, is polluted by it, and gives it what it asks for', async () => {
  const outside = join(temporaryDirectory(), 'outside.mjs')
  writeFileSync(outside, 'export default "read"')
  const [exit, crash, pollute, loaders, reading] = [
    imported('exit', '', '"survived"'),
    imported('crash', '', '"survived"'),
    imported('pollute', '', '({}).polluted'),
    imported('loaders', '', '`${result.binding} ${result.inspector}`'),
    imported('import', pathToFileURL(outside).href, 'result'),
  ]
  expect(await exit.stdout).toBe('')
  expect(await crash.ended).toMatchObject({ signal: 'SIGSEGV' })
  expect(await pollute.stdout).toBe('true\n')
  expect(await loaders.stdout).toMatch(/^object ws:\/\/127\.0\.0\.1:\d+/u)
  expect(await reading.stdout).toBe('read\n')
})

const inThread = (how: string, value: string, after: string): Unconfined => {
  const program = `
    import { Worker } from 'node:worker_threads'
    const code = 'import(${JSON.stringify(from)}).then((m) => m.default.execute({ how: "${how}", value: "${value}" }, {}))'
    const worker = new Worker(code, { eval: true })
    ${after}`
  return new Unconfined([process.execPath, '--input-type=module', '--eval', program])
}

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
    const supervisor = arena()
    const violations = ['forge-for-another', 'forge-a-type', 'claim-our-refusal'].map(async (how) => {
      const result = await attack(supervisor, how, { level })
      expect(result.output.data).toBe(null)
      await judge(supervisor, result, { outcome: 'crashed', code: 'RT_PROTOCOL_VIOLATION' })
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
  })

  test('prototypes in results, and a worker that polluted its own, reach nobody (J03)', async () => {
    const supervisor = arena()
    const [proto, constructor, polluted, twin] = await Promise.all([
      attack(supervisor, 'return-prototype', { level }),
      attack(supervisor, 'return-constructor', { level }),
      // It breaks its own channel as well, and may never answer.
      attack(supervisor, 'pollute', { level, timeoutMs: 2500 }),
      attack(supervisor, 'echo', { level }, { a: 1 }),
    ])
    await judge(supervisor, proto, { outcome: 'failed', code: 'RT_RESULT_NOT_JSON' })
    expect(Object.prototype).not.toHaveProperty('polluted')
    await judge(supervisor, constructor, { outcome: 'failed', code: 'RT_RESULT_NOT_JSON' })
    expect(JSON.stringify(polluted.output)).not.toContain('polluted')
    expect(twin.output.data).toEqual({ a: 1 })
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

  test('loaders, a debugger and flags of its own give it no more than it has (J07)', async () => {
    const supervisor = arena()
    const result = await attack(supervisor, 'loaders', { level })
    expect(result.output.data).toMatchObject({ inspector: 'no url', execArgv: '--expose-internals' })
    await judge(supervisor, result, { outcome: 'completed' })
    expect(result.output.printed?.stderr).toMatch(
      /(inspector on 127\.0\.0\.1:\d+ failed: operation not permitted\s*)+/u,
    )
  })

  test('what is outside of its folder is not there to be imported (J08)', async () => {
    const supervisor = arena()
    const [outside, workingDir] = [temporaryDirectory(), temporaryDirectory()]
    writeFileSync(join(outside, 'secret.mjs'), 'export default "read"')
    writeFileSync(join(workingDir, 'inside.mjs'), 'export default "read"')
    symlinkSync(join(outside, 'secret.mjs'), join(workingDir, 'link.mjs'))
    const urls = [
      join(outside, 'secret.mjs'),
      pathToFileURL(join(outside, 'secret.mjs')).href,
      join(workingDir, 'link.mjs'),
    ]
    const options = { level, workingDir }
    const results = await Promise.all(
      [...urls, join(workingDir, 'inside.mjs')].map((url) => attack(supervisor, 'import', options, url)),
    )
    const refused = expect.stringMatching(/^(ERR_MODULE_NOT_FOUND|EACCES)$/u)
    expect(results.map(({ output }) => output.data)).toEqual([refused, refused, refused, 'read'])
  })
})

test('one that is cancelled while it waits for its turn is not begun, and not recorded (K15)', async () => {
  const supervisor = arena({ maxConcurrentJobs: 1 })
  const controller = new AbortController()
  const first = supervisor.run('ShellExec', { cmd: 'sleep 0.3' })
  const second = supervisor.run('ShellExec', { cmd: 'true' }, { signal: controller.signal })
  controller.abort()
  controller.abort()
  await expect(second).rejects.toMatchObject({ code: 'RT_CANCELLED' })
  const { jobId, walSeq } = await first
  expect((await recordsOf(supervisor, jobId)).at(-1)).toMatchObject({ seq: walSeq })
  expect(walSeq).toBe(4) // wal_opened, and three records of the first
})
