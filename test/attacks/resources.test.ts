import { closeSync, openSync } from 'node:fs'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import type { JobResult, Limits, Supervisor } from '@runtimo/supervisor'
import { openControlGroups } from '../../packages/supervisor/src/control-groups/index.ts'
import { arena, judge, overTime, Unconfined } from '../support/attack.ts'
import { findProcesses } from '../support/processes.ts'
import { endlessBomb, printed, python } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const mebibyte = 1_048_576
await using groups = await openControlGroups()
const hasGroups = groups.kind !== 'none'
if (!hasGroups) console.warn('resources: no control groups here: what only they stop is skipped')

let made = 0
/** A text that the command lines of one test alone have. */
const unique = (): string => `bomb-${process.pid}-${++made}`

/** Doubles six times: 127 shells at once, then all end. */
const finiteBomb = (marker: string): string =>
  `f() { : ${marker}; [ $1 -gt 0 ] && { f $(($1-1)) & f $(($1-1)) & }; sleep 1; }; f 6; wait`
const threads = python(`import sys,threading,time
for i in range(100):
  try: threading.Thread(target=time.sleep,args=(1.2,)).start()
  except RuntimeError: time.sleep(.4); sys.exit(1)`)
const hog = python(`import time
held=[]
for _ in range(12): held.append(b"x"*(8<<20)); time.sleep(.03)
time.sleep(.5)`)
const manyHogs = `for i in 1 2 3 4 5 6 7 8; do setsid ${python('import time; held=b"x"*(16<<20); time.sleep(.6)')} & done; wait`
const overMemory = { outcome: 'limit_exceeded', code: 'RT_LIMIT_EXCEEDED', limit: 'memory' } as const
const overProcesses = { ...overMemory, limit: 'processes' } as const

const fillUp = (path: string): string =>
  `head -c 80M /dev/zero >${path}/big; stat -c %s ${path}/big; rm ${path}/big; (for i in $(seq 20000); do : >${path}/$i || break; done) 2>/dev/null; ls ${path} | wc -l`

/** The most living processes of a command line while something is awaited. */
async function most(marker: string, awaited: Promise<unknown>): Promise<number> {
  let seen = 0
  const timer = setInterval(() => (seen = Math.max(seen, findProcesses(new RegExp(marker, 'u')).length)), 10)
  await awaited
  clearInterval(timer)
  return seen
}

test('without us, bombs go off, hogs eat, and disks fill', async () => {
  const marker = unique()
  const bomb = Unconfined.shell(finiteBomb(marker))
  expect(await most(marker, bomb.ended)).toBeGreaterThan(100)
  const fill = `head -c 80M /dev/zero >big && for i in $(seq 2000); do : >$i; done`
  const control = Unconfined.shell(`${threads} && ${hog} && ${manyHogs} && ${fill} && echo all`, {
    cwd: temporaryDirectory(),
  })
  expect(await control.stdout).toBe('all\n')
})

describe.each(['sandbox', 'process'] as const)('level %s', (level) => {
  function run(supervisor: Supervisor, cmd: string, limits: Limits = {}): Promise<JobResult> {
    const workingDir = temporaryDirectory()
    return supervisor.run('ShellExec', { cmd }, { level, limits, workingDir, timeoutMs: 10_000 })
  }

  test('a fork bomb (R01) and a thread bomb (R02) stop at the ceiling, and others start processes meanwhile', async () => {
    const supervisor = arena()
    const marker = unique()
    const bomb = run(supervisor, finiteBomb(marker), { processes: 24 })
    const thread = run(supervisor, threads, { processes: 24 })
    const neighbour = run(supervisor, 'for i in $(seq 20); do (:); done; echo alive')
    // Where only a look tells that there are too many, there were more for an instant.
    expect(await most(marker, bomb)).toBeLessThan(hasGroups ? 25 : level === 'sandbox' ? 44 : 128)
    await judge(supervisor, await bomb, { ...overProcesses, spawned: ['sh'] })
    await judge(supervisor, await thread, overProcesses)
    expect(printed(await neighbour)).toBe('alive\n')
    await judge(supervisor, await neighbour, { outcome: 'completed' })
  })

  // Not tried where nothing but our looks holds it: it would be the machine that is tried.
  test.runIf(hasGroups || level === 'sandbox')('a fork bomb without an end is over (R01)', async () => {
    const supervisor = arena()
    const result = await run(supervisor, endlessBomb, { processes: 24 })
    await judge(supervisor, result, { ...overProcesses, spawned: ['sh'] })
    expect(result.error).toMatchObject({ allowed: 24 })
  })

  test('memory, in one process (R03) or in many (R04), is bounded as a whole, and peak and culprit are told', async () => {
    const supervisor = arena()
    await run(supervisor, 'true') // what is loaded for the first job delays the first look
    const limits = { memoryBytes: 64 * mebibyte }
    const [one, many, twin] = await Promise.all([
      run(supervisor, hog, limits),
      run(supervisor, manyHogs, limits),
      run(supervisor, python('held=b"x"*(16<<20)'), limits),
    ])
    for (const result of [one, many]) {
      await judge(supervisor, result, { ...overMemory, spawned: ['sh'] })
      expect(result.error).toMatchObject({
        allowed: limits.memoryBytes,
        culprit: { comm: expect.stringMatching(/^(python3|sh)$/u) },
      })
      expect(result.usage.memoryPeakBytes).toBeGreaterThan(60 * mebibyte)
    }
    await judge(supervisor, twin, { outcome: 'completed' })
  })

  test('a kill for memory is told from our kill, and from that of the job itself (R03)', async () => {
    const supervisor = arena()
    const limits = { memoryBytes: 64 * mebibyte }
    const [itself, child, code] = await Promise.all([
      run(supervisor, 'kill -KILL $$', limits),
      run(supervisor, '(sleep 5 & kill -KILL $!; wait $!); exit $?', limits),
      run(supervisor, 'exit 137', limits),
    ])
    for (const result of [itself, child, code])
      await judge(supervisor, result, { outcome: 'failed', code: 'RT_COMMAND_FAILED' })
    expect(itself.error).toMatchObject({ signal: 'SIGKILL' })
    expect([child, code].map(({ error }) => error?.['exit_code'])).toEqual([137, 137])
    const cmd = python('import time; held=b"x"*(32<<20); time.sleep(9)')
    const ours = await supervisor.run('ShellExec', { cmd }, { level, limits, timeoutMs: 400 })
    await judge(supervisor, ours, overTime)
  })

  test.runIf(hasGroups)('memory without a process that has it counts as well', async () => {
    const supervisor = arena()
    const file = python(`import os,time
f=os.memfd_create("x")
for i in range(12): os.write(f,b"x"*(8<<20))
time.sleep(.3)`)
    const result = await run(supervisor, file, { memoryBytes: 64 * mebibyte })
    await judge(supervisor, result, overMemory)
    expect(result.error).toMatchObject({ peak: expect.any(Number) })
  })

  test('descriptors run out inside only (R08)', async () => {
    const supervisor = arena()
    const all = python(`import os,time
n=0
try:
  while True: os.open("/dev/null",0); n+=1
except OSError as e: print(e.strerror, flush=True)
time.sleep(.5)`)
    const { promise: full, resolve } = Promise.withResolvers<string>()
    const limits = { descriptors: 256 }
    const onOutput = ({ bytes }: { readonly bytes: Uint8Array }): void =>
      resolve(Buffer.from(bytes).toString())
    const attack = supervisor.run('ShellExec', { cmd: all }, { level, limits, onOutput })
    expect(await full).toBe('Too many open files\n')
    for (const fd of Array.from({ length: 300 }, () => openSync('/dev/null', 'r'))) closeSync(fd)
    await judge(supervisor, await run(supervisor, 'cat </dev/null'), { outcome: 'completed' })
    await judge(supervisor, await attack, { outcome: 'completed' })
  })

  test('output without end or newline is counted, not kept, and our memory stays flat (R10)', async () => {
    const supervisor = arena()
    await run(supervisor, 'head -c 11M /dev/zero | tr "\\0" x')
    const before = process.memoryUsage.rss()
    let peak = 0
    const onOutput = (): void => void (peak = Math.max(peak, process.memoryUsage.rss()))
    const cmd = 'echo began; head -c 200M /dev/zero | tr "\\0" x'
    const result = await supervisor.run('ShellExec', { cmd }, { level, onOutput, timeoutMs: 20_000 })
    expect(peak - before).toBeLessThan(100 * mebibyte)
    expect(result.output.data).toMatchObject({
      stdout_bytes: 200 * mebibyte + 6,
      stdout_truncated: true,
      stdout: expect.stringMatching(/^began\nx{1000}/u),
    })
    expect(printed(result)).toHaveLength(10 * mebibyte)
    expect(result.usage.outputBytes).toBe(200 * mebibyte + 6)
    await judge(supervisor, result, { outcome: 'completed' })
  })

  test('while a job spins on all processors another comes to its end (R12)', async () => {
    const supervisor = arena()
    const controller = new AbortController()
    const { signal } = controller
    const spin = 'for i in 1 2 3 4; do while :; do :; done & done; echo spins; wait'
    const { promise: spins, resolve } = Promise.withResolvers<void>()
    const attack = supervisor.run('ShellExec', { cmd: spin }, { level, signal, onOutput: () => resolve() })
    await spins
    const beside = await run(supervisor, 'seq 3 | sort -r')
    expect(printed(beside)).toBe('3\n2\n1\n')
    await judge(supervisor, beside, { outcome: 'completed' })
    controller.abort()
    await judge(supervisor, await attack, { outcome: 'cancelled', code: 'RT_CANCELLED', spawned: ['sh'] })
  })
})

describe('level sandbox', () => {
  const level = 'sandbox'

  test('its private file systems are full when they are full, in bytes and in files (R06)', async () => {
    const supervisor = arena()
    const cmd = ['/tmp', '$HOME', '/dev/shm', '/run'].map(fillUp).join('\n')
    const result = await supervisor.run('ShellExec', { cmd }, { level, workingDir: temporaryDirectory() })
    const [tmp, tmpFiles, home, homeFiles, shared, sharedFiles, run, runFiles] = printed(result)
      .split('\n')
      .map(Number)
    expect({ tmp, home, shared, run }).toEqual({
      tmp: 64 * mebibyte,
      home: 64 * mebibyte,
      shared: 16 * mebibyte,
      run: mebibyte,
    })
    for (const files of [tmpFiles, homeFiles]) expect(files).toBeLessThanOrEqual(16_384)
    for (const files of [sharedFiles, runFiles]) expect(files).toBeLessThanOrEqual(1024)
    expect(printed(result, 'stderr').match(/No space left/gu)).toHaveLength(4)
    await judge(supervisor, result, { outcome: 'completed' })
  })

  test('they are the memory of the job, and what is written there is written (R06)', async () => {
    const supervisor = arena()
    const both = python(`import time
f=open("/tmp/x","wb")
for i in range(5): f.write(b"x"*(8<<20))
f.flush(); held=b"y"*(40<<20)
time.sleep(.5)`)
    const workingDir = temporaryDirectory()
    const memory = { memoryBytes: 64 * mebibyte }
    const options = { level, workingDir } as const
    const full = await supervisor.run('ShellExec', { cmd: both }, { ...options, limits: memory })
    await judge(supervisor, full, overMemory)
    expect(full.error).toMatchObject({ allowed: memory.memoryBytes })
    const cmd = 'head -c 8M /dev/zero >/tmp/f; sleep 0.4'
    const limits = { writtenBytes: 4 * mebibyte }
    const written = await supervisor.run('ShellExec', { cmd }, { ...options, limits })
    await judge(supervisor, written, { ...overMemory, limit: 'written_bytes' })
    const files =
      'for i in $(seq 100); do : >/tmp/$i; done; sleep 0.4; for i in $(seq 100); do : >/tmp/x$i; done; sleep 0.4'
    const many = await supervisor.run(
      'ShellExec',
      { cmd: files },
      { ...options, limits: { writtenFiles: 50 } },
    )
    await judge(supervisor, many, { ...overMemory, limit: 'written_files' })
  })
})
