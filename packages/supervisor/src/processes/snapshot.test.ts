import { expect, test, vi } from 'vitest'
import { type FixtureTree, fixtureTree } from '../telemetry/fixture-tree.ts'
import { startChild } from './child-fixture.ts'
import { ProcessSnapshot } from './snapshot.ts'

function addProcess(tree: FixtureTree, pid: number, { cpu = 0, rss = 0, state = 'S' } = {}): void {
  const numbers = `1 1 1 0 -1 0 0 0 0 0 ${cpu} 0 0 0 20 0 1 0 100 0 ${rss} 0\n`
  tree.write(`/proc/${pid}/stat`, `${pid} (p${pid}) ${state} ${numbers}`)
  tree.write(`/proc/${pid}/status`, `Name:\tp${pid}\nUid:\t10\t20\t30\t40\n`)
}

test('finds this process with its user and arguments', async () => {
  const before = Date.now()
  const snapshot = await ProcessSnapshot.capture({ commandLine: true })
  const self = snapshot.processes.find(({ pid }) => pid === process.pid)
  expect(self).toMatchObject({ uid: process.geteuid?.(), ppid: process.ppid })
  expect(self?.commandLine?.length).toBeGreaterThan(0)
  expect(snapshot.capturedAt).toBeGreaterThanOrEqual(before)
  expect(snapshot.summary.total).toBe(snapshot.processes.length)
})

test('the command line is read only on request, and never past 4,096 bytes', async () => {
  await using child = await startChild('sh', ['-c', 'sleep 5; :', 'x', '', 'y'.repeat(10_000)])
  const find = (snapshot: ProcessSnapshot) => snapshot.processes.find(({ pid }) => pid === child.pid)
  expect(find(await ProcessSnapshot.capture())).not.toHaveProperty('commandLine')
  const { commandLine = [] } = find(await ProcessSnapshot.capture({ commandLine: true })) ?? {}
  expect(commandLine.slice(0, 5)).toEqual(['sh', '-c', 'sleep 5; :', 'x', ''])
  expect(commandLine.join('\0')).toHaveLength(4096)
})

test('counts a zombie', async () => {
  await using parent = await startChild('sh', ['-c', 'sleep 0 & exec sleep 5'])
  await vi.waitFor(async () => {
    const { processes, summary } = await ProcessSnapshot.capture()
    const zombie = processes.find(({ ppid }) => ppid === parent.pid)
    expect(zombie?.state).toBe('Z')
    expect(summary.zombieCount).toBeGreaterThan(0)
  })
})

test('a process that vanishes while it is read is left out', async () => {
  using tree = fixtureTree({ '/proc/8/comm': 'its stat is gone', '/proc/9/stat': '' })
  addProcess(tree, 7)
  tree.write('/proc/10/stat', '10 (status is gone) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0 0\n')
  tree.write('/proc/self/stat', '7 (a link) S')
  const { processes } = await ProcessSnapshot.capture({ root: tree.root })
  expect(processes.map(({ pid, uid }) => ({ pid, uid }))).toEqual([{ pid: 7, uid: 20 }])
})

test('without /proc there are no processes', async () => {
  using tree = fixtureTree()
  const { processes, summary } = await ProcessSnapshot.capture({ root: tree.root })
  expect(processes).toEqual([])
  expect(summary).toEqual({ total: 0, zombieCount: 0, topCpu: [], topMemory: [] })
})

test('sums up: total, zombies and the five largest', async () => {
  using tree = fixtureTree()
  for (let pid = 1; pid <= 8; pid++)
    addProcess(tree, pid, { cpu: pid, rss: 10 - pid, state: pid < 3 ? 'Z' : 'S' })
  const { summary } = await ProcessSnapshot.capture({ root: tree.root })
  expect(summary).toMatchObject({ total: 8, zombieCount: 2 })
  expect(summary.topCpu.map(({ pid }) => pid)).toEqual([8, 7, 6, 5, 4])
  expect(summary.topCpu[0]).toEqual({ pid: 8, comm: 'p8', cpuMs: 80 })
  expect(summary.topMemory.map(({ pid }) => pid)).toEqual([1, 2, 3, 4, 5])
  expect(Object.keys(summary.topMemory[0] ?? {})).toEqual(['pid', 'comm', 'rssBytes'])
})

test('gives way to others after every 64 processes', async () => {
  using tree = fixtureTree()
  for (let pid = 1; pid <= 200; pid++) addProcess(tree, pid)
  let turns = 0
  let next = setImmediate(function count() {
    turns++
    next = setImmediate(count)
  })
  const { summary } = await ProcessSnapshot.capture({ root: tree.root })
  clearImmediate(next)
  expect(summary.total).toBe(200)
  expect(turns).toBeGreaterThanOrEqual(3)
})
