import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { JobResult, PolicyOptions, RunOptions } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { checkConfinement } from '../../packages/supervisor/src/isolation/posture.ts'
import { asUser, filtered, jobOn, reason } from '../doctor/simulate.ts'
import { arena, isRoot, jobUid, judge } from '../support/attack.ts'
import { findProcesses, until } from '../support/processes.ts'
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

/** Looks at a job from outside while it runs. */
async function watch(options: RunOptions, policy: PolicyOptions = {}): Promise<Watched> {
  const supervisor = arena({ policy })
  const command = `sleep ${++made + 330_000}.${process.pid}`
  const controller = new AbortController()
  const { signal } = controller
  const running = supervisor.run(
    'ShellExec',
    { cmd: `exec ${command}` },
    { workingDir: temporaryDirectory(), signal, ...options },
  )
  await until(command, () => findProcesses(command).length === 1)
  const read = readings(findProcesses(command)[0] ?? 0)
  controller.abort()
  const result = await running
  await judge(supervisor, result, { outcome: 'cancelled', code: 'RT_CANCELLED', spawned: ['sleep'] })
  return { result, read }
}

test('without us a process of the same user has no filter, new privileges, and the namespaces of all', async () => {
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
})

describe.each([
  { level: 'sandbox', depth: 2, own: namespaces },
  { level: 'process', depth: 1, own: isRoot ? ['mnt'] : [] },
] as const)('level $level', ({ level, depth, own }) => {
  test('what the kernel says of a running job is what its result says of it (A12)', async () => {
    const limits = { memoryBytes: 134_217_728, processes: 40 }
    const { result, read } = await watch({ level, limits })
    expect(read).toMatchObject({
      uids: new Set([jobUid]),
      capabilities: [0, 0, 0, 0],
      noNewPrivileges: '1',
      filters: new Set(['2']),
      depth,
      own,
    })
    expect(read['groups']).not.toContain(0)
    const { posture } = result
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
    expect(posture?.memory).toBe(leaf === '' ? null : limits.memoryBytes)
  })

  test('a policy that cannot be met runs nothing, and names each part with its cause and its cure (A11)', async () => {
    const workingDir = temporaryDirectory()
    const supervisor = arena({ policy: { require: { uid: 4321, memory: 1 } } })
    const wanted = { level: 'sandbox', pidNamespace: true, network: 'none', pids: 1, cpu: 0.001 } as const
    const job = supervisor.run('ShellExec', { cmd: 'touch ran' }, { level, workingDir, require: wanted })
    await expect(job).rejects.toMatchObject({ code: 'RT_POSTURE_UNAVAILABLE' })
    const missing = await job.catch(({ details }) => details.missing)
    const inSandbox = ['memory', 'pids', 'cpu', 'uid']
    const fields = level === 'sandbox' ? inSandbox : ['level', 'pidNamespace', 'network', ...inSandbox]
    const told = { cause: expect.stringMatching(/./u), cure: expect.stringMatching(/./u) }
    expect(missing).toHaveLength(fields.length)
    for (const field of fields) expect(missing).toContainEqual(expect.objectContaining({ field, ...told }))
    expect(existsSync(join(workingDir, 'ran'))).toBe(false)
    // What the policy requires a job cannot give up.
    const less = supervisor.run('ShellExec', { cmd: 'touch ran' }, { level, workingDir, require: {} })
    await expect(less).rejects.toMatchObject({ code: 'RT_POSTURE_UNAVAILABLE' })
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
