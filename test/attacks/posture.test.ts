import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { JobResult, RunOptions, Supervisor } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { checkConfinement } from '../../packages/supervisor/src/isolation/posture.ts'
import { asUser, filtered, jobOn, reason } from '../doctor/simulate.ts'
import { arena, control, isRoot, jobUid, judge, judgeRefusal, siege } from '../support/attack.ts'
import { findProcesses, until } from '../support/processes.ts'
import { python } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const namespaces = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'] as const
let made = 0

/** What the kernel says of a process, and of each of its threads. */
function readings(pid: number): Record<string, unknown> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s*(.*)$`, 'mu').exec(status)?.[1]?.trim() ?? ''
  const threads = readdirSync(`/proc/${pid}/task`)
  const filters = threads.map(
    (id) => /^Seccomp:\t(\d)/mu.exec(readFileSync(`/proc/${pid}/task/${id}/status`, 'utf8'))?.[1],
  )
  const own = namespaces.filter((kind) => {
    const [theirs, ours] = [pid, 'self'].map((who) => readlinkSync(`/proc/${who}/ns/${kind}`))
    return theirs !== ours
  })
  return {
    uids: new Set(field('Uid').split(/\s+/u).map(Number)),
    groups: field('Groups').split(/\s+/u).filter(Boolean).map(Number),
    capabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].map((name) => Number.parseInt(field(name), 16)),
    noNewPrivileges: field('NoNewPrivs'),
    filters: new Set(filters),
    depth: field('NSpid').split(/\s+/u).length,
    own,
    membership: readFileSync(`/proc/${pid}/cgroup`, 'utf8'),
  }
}

interface Watched {
  readonly result: JobResult
  readonly read: Record<string, unknown>
}

/** Looks at a job from outside while it runs, which it does until its workspace has a file `go`. */
async function watch(supervisor: Supervisor, options: RunOptions): Promise<Watched> {
  const workingDir = temporaryDirectory()
  const program = `import os,time # ${process.pid} ${++made}
while not os.path.exists("go"): time.sleep(.01)`
  const running = supervisor.run('ShellExec', { cmd: `exec ${python(program)}` }, { workingDir, ...options })
  const begin = `/usr/bin/python3 -c ${program}`
  await until('the job', () => findProcesses(begin).length === 1)
  const read = readings(findProcesses(begin)[0] ?? 0)
  writeFileSync(join(workingDir, 'go'), '')
  return { result: await running, read }
}

async function readFree(): Promise<void> {
  const child = spawn('sleep', ['30'])
  await once(child, 'spawn')
  const read = readings(child.pid ?? 0)
  const posture = {
    level: 'sandbox',
    pidNamespace: true,
    network: 'none',
    seccomp: true,
    landlock: true,
    memory: null,
    pids: null,
    cpu: null,
    uid: 1,
    cgroup: null,
  } as const
  // The look from outside that every job has to pass does not let it pass (A12).
  const look = (): void => checkConfinement(child.pid ?? 0, posture, new Set())
  expect(look).toThrow(expect.objectContaining({ code: 'RT_POSTURE_UNAVAILABLE' }))
  expect(look).toThrow(/uid.*noNewPrivileges.*seccomp.*namespaces/u)
  child.kill()
  await once(child, 'exit')
  expect(read).toMatchObject({ noNewPrivileges: '0', filters: new Set(['0']), own: [], depth: 1 })
}
const freeOnesAreSeen = control(
  'without us a process of the same user has no filter, new privileges, and the namespaces of all',
  readFree,
)

async function runWithLess(): Promise<void> {
  const [supervisor, workingDir] = [arena(), temporaryDirectory()]
  const result = await supervisor.run('ShellExec', { cmd: 'touch ran' }, { level: 'process', workingDir })
  expect(existsSync(join(workingDir, 'ran'))).toBe(true)
  await judge(supervisor, result, { outcome: 'completed', spawned: ['touch'] })
}
const lessRuns = control('a job of which nothing is required runs with what there is', runWithLess)

describe.each([
  { level: 'sandbox', depth: 2, own: namespaces },
  { level: 'process', depth: 1, own: isRoot ? ['mnt'] : [] },
] as const)('level $level', ({ level, depth, own }) => {
  test('what the kernel says of a running job is what its result says of it (A12)', async () => {
    await freeOnesAreSeen()
    const limits = { memoryBytes: 134_217_728, processes: 40 }
    const supervisor = siege()
    const { result, read } = await watch(supervisor, { level, limits })
    const confined = {
      uids: new Set([jobUid]),
      groups: expect.not.arrayContaining([0]),
      capabilities: [0, 0, 0, 0],
      noNewPrivileges: '1',
      filters: new Set(['2']),
      depth,
      own,
    }
    const unharmed = (): void => expect(read).toMatchObject(confined)
    const twin = (): void => expectTold(result, read, limits.memoryBytes)
    await judge(supervisor, result, { outcome: 'completed', spawned: ['python3'], unharmed, twin })
  })

  function expectTold({ posture }: JobResult, read: Record<string, unknown>, memoryBytes: number): void {
    expect(posture).toMatchObject({
      level,
      uid: jobUid,
      seccomp: true,
      landlock: true,
      pidNamespace: depth === 2,
      network: depth === 2 ? 'none' : 'host',
    })
    const leaf = posture?.cgroup?.split('/').at(-1) ?? ''
    expect(read['membership']).toContain(leaf)
    // Held by the kernel where there is a group, and not claimed where there is none.
    expect(posture?.memory).toBe(leaf === '' ? null : memoryBytes)
  }

  test('a policy that cannot be met runs nothing, and names each part with its cause and its cure (A11)', async () => {
    const workingDir = temporaryDirectory()
    await lessRuns()
    const supervisor = siege({ policy: { require: { uid: 4321, memory: 1 } } })
    const wanted = { level: 'sandbox', pidNamespace: true, network: 'none', pids: 1, cpu: 0.001 } as const
    const job = supervisor.run('ShellExec', { cmd: 'touch ran' }, { level, workingDir, require: wanted })
    const unharmed = (): void => expect(existsSync(join(workingDir, 'ran'))).toBe(false)
    await judgeRefusal(job, 'RT_POSTURE_UNAVAILABLE', unharmed)
    const missing = await job.catch(({ details }) => details.missing)
    const inSandbox = ['memory', 'pids', 'cpu', 'uid']
    const fields = level === 'sandbox' ? inSandbox : ['level', 'pidNamespace', 'network', ...inSandbox]
    const told = { cause: expect.stringMatching(/./u), cure: expect.stringMatching(/./u) }
    expect(missing).toHaveLength(fields.length)
    for (const field of fields) expect(missing).toContainEqual(expect.objectContaining({ field, ...told }))
    // What the policy requires a job cannot give up.
    const less = supervisor.run('ShellExec', { cmd: 'touch ran' }, { level, workingDir, require: {} })
    await judgeRefusal(less, 'RT_POSTURE_UNAVAILABLE', unharmed)
    await runWithLess()
  })

  test('a requirement that is met changes nothing', async () => {
    const supervisor = arena()
    const require = { level, seccomp: true, landlock: true, uid: jobUid } as const
    const result = await supervisor.run(
      'ShellExec',
      { cmd: 'true' },
      { level, workingDir: temporaryDirectory(), require },
    )
    expect(result.posture).toMatchObject(require)
    await judge(supervisor, result, { outcome: 'completed' })
  })
})

describe.skipIf(reason !== undefined)('where no namespace can be made (A11)', () => {
  test.each([
    { options: ['--level', 'sandbox'], as: [], error: 'RT_POSTURE_UNAVAILABLE', level: undefined },
    { options: [], as: asUser, error: 'RT_POSTURE_UNAVAILABLE', level: undefined },
    {
      options: ['--level', 'process', '--require', 'level=sandbox'],
      as: asUser,
      error: 'RT_POSTURE_UNAVAILABLE',
      level: undefined,
    },
    { options: ['--level', 'process'], as: asUser, error: undefined, level: 'process' },
  ])('with $options nothing runs with less than was asked for', async ({ options, as, error, level }) => {
    const told = await jobOn(filtered('no-namespaces', as), 'touch ran', options)
    expect({ error: told.error?.code, level: told.posture?.level }).toEqual({ error, level })
    expect(told.made.includes('ran')).toBe(error === undefined)
  })
})
