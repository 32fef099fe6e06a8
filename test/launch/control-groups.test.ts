import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findProcesses, until } from '../support/processes.ts'
import { remove } from './edit.ts'
import { Launched, type Options, shell } from './launched.ts'
import { isRoot } from './policies.ts'

const mounted = ['pids', 'memory', 'unified', ''].map((name) => join('/sys/fs/cgroup', name))
const roots = mounted.filter((path) => existsSync(join(path, 'cgroup.procs')))
const v2 = roots.find((path) => existsSync(join(path, 'cgroup.controllers')))
const isHere = isRoot && v2 !== undefined

let made = 0
/** A leaf in each hierarchy, gone after the test. */
function leaves(): string[] {
  const name = `launch-test-${process.pid}-${++made}`
  return roots.map((root) => {
    const leaf = join(root, name)
    mkdirSync(leaf)
    onTestFinished(async () => {
      await until(`an empty ${leaf}`, () => members(leaf).length === 0)
      rmdirSync(leaf)
    })
    return leaf
  })
}

function members(leaf: string): number[] {
  return readFileSync(join(leaf, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number)
}

function killAll(leaf: string): void {
  writeFileSync(join(leaf, 'cgroup.kill'), '1')
}

const file = (leaf: string, name: string): string => join(leaf, name)

describe.skipIf(!isHere).each(['sandbox', 'process'] as const)(
  'with control groups, at level %s',
  (level) => {
    test('every process of the job is in every group, and the launcher in none', async () => {
      const groups = leaves()
      const policy = { joins: groups.map((leaf) => file(leaf, 'cgroup.procs')) }
      const job = new Launched(['/bin/sh', '-c', 'sleep 60 & sleep 60 & wait'], { level, policy })
      const count = level === 'sandbox' ? 4 : 3
      await until('all', () => groups.every((leaf) => members(leaf).length === count))
      expect(groups.flatMap(members)).not.toContain(job.pid)
      for (const leaf of groups.filter((path) => path.startsWith(v2 ?? '/nope'))) killAll(leaf)
      const { usage } = await job.outcome
      expect(usage).toBeDefined()
    })

    test('a group that is not there is reported', async () => {
      const { failed } = await shell('true', {
        level,
        policy: { joins: ['/sys/fs/cgroup/nope/cgroup.procs'] },
      })
      expect(failed).toMatchObject({ call: 'openat', errno: 2 })
      expect(failed?.purpose).toMatch(/^join the control group/u)
    })
  },
)

/** Leaves the launcher's reach: no death signal, a session of its own. */
async function escaped(edit?: Options['edit']): Promise<{ command: string; job: Launched }> {
  const leaf = leaves().find((path) => path.startsWith(v2 ?? '/nope')) ?? ''
  const command = `sleep 60${process.pid}${made}`
  const policy = { joins: [file(leaf, 'cgroup.procs')], killSwitch: file(leaf, 'cgroup.kill') }
  const script = `setsid ${command} </dev/null >/dev/null 2>&1 & wait`
  const job = new Launched(['/bin/sh', '-c', script], {
    level: 'process',
    policy,
    ...(edit === undefined ? {} : { edit }),
  })
  await until('the daemon', () => findProcesses(command).length === 1)
  return { command, job }
}

describe.skipIf(!isHere)('the guard of level process', () => {
  test('kills the group when the launcher is killed', async () => {
    const { command, job } = await escaped()
    job.child.kill('SIGKILL')
    await until('nobody', () => findProcesses(command).length === 0)
    expect(findProcesses(command)).toEqual([])
  })

  test('without it, the daemon lives on', async () => {
    const { command, job } = await escaped((base) => remove(base, /kill the control group/u))
    job.child.kill('SIGKILL')
    await job.outcome
    const left = findProcesses(command)
    expect(left).toHaveLength(1)
    for (const pid of left) process.kill(pid, 'SIGKILL')
  })

  test('is gone, and reaped, with a launcher that ends by itself', async () => {
    const leaf = leaves().find((path) => path.startsWith(v2 ?? '/nope')) ?? ''
    const policy = { joins: [file(leaf, 'cgroup.procs')], killSwitch: file(leaf, 'cgroup.kill') }
    const job = new Launched(['/bin/true'], { level: 'process', policy })
    expect(await job.outcome).toMatchObject({ code: 0, ended: { code: 0 } })
    expect(members(leaf)).toEqual([])
  })
})

test.skipIf(isHere)('control groups are not tested here: that takes root and a v2 hierarchy', () => {
  expect(isHere).toBe(false)
})
