import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { LimitName, Limits } from '@runtimo/capabilities'
import type { JobResult, Supervisor } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { openControlGroups } from '../../packages/supervisor/src/control-groups/index.ts'
import { arena, judge, overTime, Unconfined } from '../support/attack.ts'
import { printed, python } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const mebibyte = 1_048_576
const breached = { outcome: 'limit_exceeded', code: 'RT_LIMIT_EXCEEDED' } as const
/** Who is killed for it may be gone before anybody looks: then whoever started it is named. */
const pythonOrShell: unknown = expect.stringMatching(/^(python3|sh)$/u)
const levels = ['sandbox', 'process'] as const

await using groups = await openControlGroups()
const hasShare = groups.kind !== 'none' && groups.abilities.cpu
if (!hasShare) console.warn('limits: no control group with cpu here: its share is refused, not held')

interface Ceiling {
  readonly limit: LimitName
  readonly limits: Limits
  /** Uses so much: the first is more than allowed, the second less. */
  readonly use: (amount: number) => string
  readonly over: number
  readonly under: number
  /** Name of whoever is told to have used it; undefined: nobody can be told. */
  readonly culprit: unknown
}

// Each lingers when it has taken all it wants or gets: without control groups many a ceiling is looked after.
const ceilings: readonly Ceiling[] = [
  {
    limit: 'cpu_time',
    limits: { cpuTimeMs: 200 },
    use: (ms) => python(`import time\nwhile time.process_time()<${ms / 1000}: pass`),
    over: 1200,
    under: 20,
    culprit: 'python3',
  },
  {
    limit: 'memory',
    limits: { memoryBytes: 64 * mebibyte },
    use: (bytes) =>
      python(`import time
held=[]
for _ in range(${bytes}>>23): held.append(b"x"*(8<<20)); time.sleep(.03)
time.sleep(.2)`),
    over: 96 * mebibyte,
    under: 16 * mebibyte,
    culprit: pythonOrShell,
  },
  {
    limit: 'processes',
    limits: { processes: 24 },
    use: (count) =>
      python(`import os,sys,time
for i in range(${count}):
  try:
    if os.fork()==0: time.sleep(.8); os._exit(0)
  except BlockingIOError: time.sleep(.5); sys.exit(1)
time.sleep(.3)`),
    over: 60,
    under: 5,
    culprit: pythonOrShell,
  },
  {
    limit: 'descriptors',
    limits: { descriptors: 64 },
    use: (count) =>
      python(`import os,sys,time
for i in range(${count}):
  try: os.open("/dev/null",0)
  except OSError: time.sleep(.5); sys.exit(1)`),
    over: 200,
    under: 20,
    culprit: 'python3',
  },
  {
    limit: 'file_size',
    limits: { fileSizeBytes: mebibyte },
    use: (bytes) => `exec head -c ${bytes} /dev/zero >made`,
    over: 2 * mebibyte,
    under: mebibyte,
    culprit: undefined,
  },
  {
    limit: 'written_bytes',
    limits: { writtenBytes: 4 * mebibyte },
    use: (bytes) => `head -c ${bytes} /dev/zero >made; sleep 0.2`,
    over: 8 * mebibyte,
    under: 2 * mebibyte,
    culprit: expect.stringMatching(/^(head|sh)$/u),
  },
  {
    limit: 'written_files',
    limits: { writtenFiles: 50 },
    use: (count) => `for i in $(seq ${count}); do : >f$i; done; sleep 0.2`,
    over: 200,
    under: 40,
    culprit: undefined,
  },
  {
    limit: 'output',
    limits: { outputBytes: mebibyte },
    use: (bytes) => `head -c ${bytes} /dev/zero; sleep 0.2`,
    over: 3 * mebibyte,
    under: mebibyte / 2,
    culprit: undefined,
  },
]

/** Does something for each ceiling at the same time. */
async function each<T>(act: (ceiling: Ceiling) => T | Promise<T>): Promise<Record<string, T>> {
  const all = ceilings.map(async (ceiling) => [ceiling.limit, await act(ceiling)] as const)
  return Object.fromEntries(await Promise.all(all))
}

const commandOf = (use: string): string => `echo began\n${use}`

test('without us, each takes all that it wants', async () => {
  const script = ceilings.map(({ limit, use, over }) => `(${use(over)}) >/dev/null && echo ${limit}`)
  const control = Unconfined.shell(script.join('\n'), { cwd: temporaryDirectory() })
  expect(await control.stdout).toBe(ceilings.map(({ limit }) => `${limit}\n`).join(''))
})

describe.each(levels)('level %s', (level) => {
  function run(supervisor: Supervisor, cmd: string, limits: Limits): Promise<JobResult> {
    const workingDir = temporaryDirectory()
    return supervisor.run('ShellExec', { cmd }, { level, limits, workingDir, timeoutMs: 8000 })
  }

  // Again where looks come so late, on a busy machine, that the kernel was first: then nobody can be named.
  test(
    'over its ceiling each job ends, and the error names limit, peak and culprit',
    { retry: 2 },
    async () => {
      const supervisor = arena()
      await run(supervisor, 'true', {}) // what is loaded for the first job delays the first look
      const seen = await each(async ({ limit, limits, use, over }) => {
        const result = await run(supervisor, commandOf(use(over)), limits)
        await judge(supervisor, result, { ...breached, limit })
        const { allowed, peak, culprit } = Object(result.error)
        return {
          isAllowed: allowed === Object.values(limits)[0],
          isPeak: allowed <= peak && peak <= 2 * over,
          culprit: culprit?.comm,
          kept: printed(result).slice(0, 6),
        }
      })
      expect(seen).toEqual(
        await each(({ culprit }) => ({ isAllowed: true, isPeak: true, culprit, kept: 'began\n' })),
      )
    },
  )

  test('below its ceiling each of the same jobs, the permitted twin, completes', async () => {
    const supervisor = arena()
    const ended = await each(async ({ limits, use, under }) => {
      const result = await run(supervisor, use(under), limits)
      await judge(supervisor, result, { outcome: 'completed' })
      return result.outcome
    })
    expect(ended).toEqual(await each(() => 'completed'))
  })

  test('a file does not grow over its size, whoever makes it, and sparse or not (R09)', async () => {
    const supervisor = arena()
    const workingDir = temporaryDirectory()
    const sparse = 'truncate -s 1T sparse'
    await Unconfined.shell(sparse, { cwd: workingDir }).ended
    expect(statSync(join(workingDir, 'sparse')).size).toBe(2 ** 40)

    const cmd = `rm -f sparse; (${sparse}); (truncate -s 1T hole); (fallocate -l 2M whole); head -c 2000000 /dev/zero >full; true`
    const limits = { fileSizeBytes: mebibyte }
    const result = await supervisor.run('ShellExec', { cmd }, { level, limits, workingDir })
    const sizes = ['sparse', 'hole', 'whole', 'full'].map((name) => statSync(join(workingDir, name)).size)
    expect(Math.max(...sizes)).toBe(mebibyte)
    // Its children died of it, and it went on: the ceiling held, and the job is as good as it says.
    await judge(supervisor, result, { outcome: 'completed', spawned: ['sh'] })
  })

  test('what is written is counted to the end, however fast it was', async () => {
    const supervisor = arena()
    const cmd = 'exec head -c 8000000 /dev/zero >made'
    const limits = { writtenBytes: 4 * mebibyte }
    const results = await Promise.all([1, 2, 3].map(() => run(supervisor, cmd, limits)))
    for (const result of results) {
      await judge(supervisor, result, { ...breached, limit: 'written_bytes' })
      expect(result.error?.['peak']).toBeGreaterThan(limits.writtenBytes)
    }
  })

  test('many small ones are as much as one: CPU time and bytes of short-lived children', async () => {
    const supervisor = arena()
    const burn = `for i in $(seq 300); do ${python('import time\nwhile time.process_time()<.03: pass')}; done`
    const write = 'for i in $(seq 300); do head -c 50000 /dev/zero >made; done'
    const [burnt, written] = await Promise.all([
      run(supervisor, burn, { cpuTimeMs: 300 }),
      run(supervisor, write, { writtenBytes: 2 * mebibyte }),
    ])
    await judge(supervisor, burnt, { ...breached, limit: 'cpu_time' })
    await judge(supervisor, written, { ...breached, limit: 'written_bytes' })
    expect(burnt.usage.processes).toBeLessThan(200)
    expect(written.usage.processes).toBeLessThan(200)
  })

  test('wall time is a ceiling of its own: a sleeper uses no CPU (R13), a burner ends before the clock', async () => {
    const supervisor = arena()
    const slept = await run(supervisor, commandOf('sleep 6'), { timeoutMs: 300, cpuTimeMs: 5000 })
    await judge(supervisor, slept, overTime)
    expect(printed(slept)).toBe('began\n')
    const burnt = await run(supervisor, 'while :; do :; done', { timeoutMs: 6000, cpuTimeMs: 100 })
    await judge(supervisor, burnt, { ...breached, limit: 'cpu_time' })
  })

  // Again where others need the processors so much that nobody gets a fifth of one.
  test.runIf(hasShare)(
    'a share of the processors is all that a job gets, and it is no breach',
    { retry: 2 },
    async () => {
      const supervisor = arena()
      const spin = python('import time\nend=time.time()+.6\nwhile time.time()<end: pass')
      const shares = [undefined, 0.2].map(async (cpuShare) => {
        const result = await run(supervisor, `${spin} & ${spin} & wait`, { cpuShare })
        await judge(supervisor, result, { outcome: 'completed', spawned: ['python3'] })
        return (result.usage.cpuMs ?? 0) / result.usage.wallMs
      })
      const [free = 0, held = 0] = await Promise.all(shares)
      expect(held).toBeLessThan(0.35)
      expect(free).toBeGreaterThan(1.3 * held)
    },
  )

  test.runIf(!hasShare)(
    'a share of the processors that cannot be held is refused, and nothing runs',
    async () => {
      const job = run(arena(), 'touch ran', { cpuShare: 0.5 })
      await expect(job).rejects.toMatchObject({
        code: 'RT_POSTURE_UNAVAILABLE',
        details: {
          missing: [{ field: 'limits.cpuShare', cause: expect.any(String), cure: expect.any(String) }],
        },
      })
    },
  )
})
