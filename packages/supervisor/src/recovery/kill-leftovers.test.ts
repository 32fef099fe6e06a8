import { type ChildProcess, spawn } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { readBootId } from '../linux/identity.ts'
import { ownLeafOwner } from '../control-groups/leaf-name.ts'
import { isAlive, readStat } from '../processes/index.ts'
import { killLeftovers } from './kill-leftovers.ts'
import type { Interruption } from './plan.ts'

const mark = { name: 'RUNTIMO_BOUNDARY', value: 'a-mark-of-this-test' }

/** A process of a session of its own, and one that it started and that left it. */
function leaveBehind(): ChildProcess {
  const script = 'setsid sleep 61 & exec sleep 61'
  const env = { PATH: process.env['PATH'], [mark.name]: mark.value }
  const child = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore', env })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

function jobOf(child: ChildProcess, change: object = {}): Interruption {
  const { pid, startTime } = readStat(child.pid ?? 0) ?? { pid: 0, startTime: 0 }
  const { pidNamespace } = ownLeafOwner()
  return {
    jobId: 'J',
    capability: 'ShellExec',
    tenant: 'default',
    sessionId: null,
    startSeq: 1,
    startedAt: 0,
    owner: { pid: 1, startTime: 1, pidNamespace, life: '', bootId: readBootId() },
    boundary: { leaf: null, root: { pid, startTime }, mark },
    ...change,
  }
}

test('who is left of a job is killed: its first process, and who left that one’s session', async () => {
  const child = leaveBehind()
  const job = jobOf(child)
  await expect.poll(() => (readStat(child.pid ?? 0)?.comm ?? '') === 'sleep').toBe(true)
  const { killed, survivors } = await killLeftovers(job)
  expect(killed).toHaveLength(2)
  expect(killed).toContain(child.pid)
  expect(survivors).toEqual([])
  for (const pid of killed) expect(isAlive({ pid, startTime: readStat(pid)?.startTime ?? 0 })).toBe(false)
})

test('a process that has the pid but not the start time is somebody else, and lives', async () => {
  const child = spawn('sleep', ['61'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const { pid, startTime } = readStat(child.pid ?? 0) ?? { pid: 0, startTime: 0 }
  const boundary = { leaf: null, root: { pid, startTime: startTime - 1 }, mark }
  expect(await killLeftovers(jobOf(child, { boundary }))).toEqual({ killed: [], survivors: [] })
  expect(isAlive({ pid, startTime })).toBe(true)
})

test.each([
  ['boot', { bootId: 'another' }],
  ['container', { pidNamespace: 1 }],
])('after another %s pids mean nothing: nobody is killed', async (_name, change) => {
  const child = leaveBehind()
  const job = jobOf(child)
  const owner = job.owner === undefined ? undefined : { ...job.owner, ...change }
  expect(await killLeftovers({ ...job, owner })).toEqual({ killed: [], survivors: [] })
  expect((await killLeftovers(job)).killed).toContain(child.pid)
})
