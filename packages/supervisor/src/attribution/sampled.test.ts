import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { nameOf, readStat } from '../processes/index.ts'
import type { Ours } from './ours.ts'
import { SampledAttribution } from './sampled.ts'
import { Sampler } from './sampler.ts'
import { procTree, type ProcTree } from './proc-tree-fixture.ts'
import { TreeMembership } from './tree-membership.ts'

const launcher = { pid: 10, startTime: 100 }
const ours = { launcher, own: new Set(['10:100', '11:101']) }

/** A launcher, process 1 of its namespace, and a shell with a child. */
function sandbox(): ProcTree {
  return procTree(
    { pid: 10, ppid: 1, start: 100, children: [[11]] },
    { pid: 11, ppid: 10, start: 101, children: [[12]], pidInside: 1 },
    { pid: 12, ppid: 11, start: 102, children: [[13]], pidInside: 2 },
    { pid: 13, ppid: 12, start: 103, pidInside: 3 },
  )
}

function attribution({ root }: ProcTree, except: Ours = ours): SampledAttribution {
  const sampler = new Sampler(1_000_000, new TreeMembership(launcher, root), root)
  const made = new SampledAttribution(sampler, except)
  onTestFinished(() => made[Symbol.dispose]())
  return made
}

test('what is ours is killed with the job, but for the launcher, and neither named nor counted', async () => {
  const sampled = attribution(sandbox())
  expect((await sampled.living()).map(({ pid }) => pid)).toEqual([11, 12, 13])
  const { processes, count, method, lost } = await sampled.lineage()
  expect(processes.map(({ pid, pidInside }) => ({ pid, pidInside }))).toEqual([
    { pid: 12, pidInside: 2 },
    { pid: 13, pidInside: 3 },
  ])
  expect({ count, method, lost }).toEqual({ count: 2, method: 'sampled', lost: false })
})

test('the namespace tells how many there were, also of those who have no name', async () => {
  const sampled = attribution(sandbox())
  sampled.tasks = 14
  expect(await sampled.lineage()).toMatchObject({ count: 14, processes: [{ pid: 12 }, { pid: 13 }] })
})

test('threads that were seen are no processes', async () => {
  const tree = sandbox()
  const sampled = attribution(tree)
  tree.set({ pid: 13, ppid: 12, start: 103, pidInside: 3, children: [[], [], []] })
  sampled.tasks = 14
  expect(await sampled.lineage()).toMatchObject({ count: 12 })
})

test('a count that is lower than what was seen is not believed', async () => {
  const sampled = attribution(sandbox())
  sampled.tasks = 2
  expect(await sampled.lineage()).toMatchObject({ count: 2 })
})

test('of a real namespace 14 processes are counted, though hardly one was seen', async () => {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const forks = 'i=0; while [ $i -lt 13 ]; do (:); i=$((i+1)); done'
  const script = `read go; ${forks}; cat /proc/sys/kernel/ns_last_pid; read end`
  const child = spawn('unshare', [...user, '--pid', '--fork', '--kill-child', 'sh', '-c', script])
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const { pid = 0 } = child
  const top = { pid, startTime: readStat(pid)?.startTime ?? 0 }
  const membership = new TreeMembership(top)
  await vi.waitFor(() => expect(membership.members()).toMatchObject([{ comm: 'sh' }]))
  const sampler = new Sampler(1_000_000, membership)
  const own = new Set(membership.members().map(nameOf)) // process 1; the fourteenth is cat
  const sampled = new SampledAttribution(sampler, { launcher: top, own })
  onTestFinished(() => sampled[Symbol.dispose]())
  child.stdin.write('go\n')
  const [last] = await once(child.stdout, 'data')
  sampled.tasks = Number(String(last)) - 1
  expect(await sampled.lineage()).toMatchObject({ count: 14 })
})

test('a worker of ours is taken off what the namespace tells, with its threads', async () => {
  const tree = sandbox()
  tree.set({ pid: 12, ppid: 11, start: 102, pidInside: 2, children: [[13], [], [], []] })
  const sampled = attribution(tree, { launcher, own: new Set(['10:100', '11:101', '12:102']) })
  sampled.tasks = 14
  expect(await sampled.lineage()).toMatchObject({ count: 10, processes: [{ pid: 13 }] })
})
