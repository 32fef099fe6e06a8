import fs from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { make } from './conformance-fixture.ts'
import { type FakeMount, FakeMachine, layouts } from './fake-machine-fixture.ts'

test('hybrid: ceilings are in version 1, each in its hierarchy; killing and time are in version 2', async () => {
  const machine = fake(layouts.hybrid)
  const groups = await machine.open()
  const leaf = await make(groups)
  leaf.limit({ memoryBytes: 67_108_864, processes: 20, cpuShare: 1.5 })
  const name = basename(leaf.path)
  const own = (controller: string): string => machine.at(`/sys/fs/cgroup/${controller}/us.service/${name}`)
  expect(groups.kind).toBe('hybrid')
  expect(groups.abilities).toEqual({ memory: true, pids: true, cpu: true, kill: true, io: false })
  expect(leaf.killSwitch).toBe(`${own('unified').replace(name, `supervisor/${name}`)}/cgroup.kill`)
  const joined = leaf.joins.map((file) => dirname(file))
  expect(joined[0]).toBe(dirname(leaf.killSwitch ?? ''))
  expect(joined.slice(1).toSorted()).toEqual([own('cpu,cpuacct'), own('memory'), own('pids')])
  expect(FakeMachine.contents(own('memory'), 'memory.limit_in_bytes', 'memory.memsw.limit_in_bytes')).toEqual(
    {
      'memory.limit_in_bytes': '67108864',
      'memory.memsw.limit_in_bytes': '67371008',
    },
  )
  expect(FakeMachine.contents(own('pids'), 'pids.max')).toEqual({ 'pids.max': '20' })
  expect(FakeMachine.contents(own('cpu,cpuacct'), 'cpu.cfs_quota_us')).toEqual({
    'cpu.cfs_quota_us': '150000',
  })
  await leaf.kill()
  expect(machine.kernel.written).toEqual([`${name}/cgroup.kill=1`, `${name}/cpu.cfs_quota_us=-1`])
})

test('hybrid before Linux 5.14: without cgroup.kill version 2 freezes', async () => {
  const machine = fake(layouts.hybrid)
  machine.kernel.unknown.add('cgroup.kill')
  const groups = await machine.open()
  const leaf = await make(groups)
  expect(leaf.killSwitch).toBeUndefined()
  expect(groups.abilities.kill).toBe(true)
  await leaf.kill()
  expect(machine.kernel.written.map((entry) => entry.split('/')[1])).toEqual([
    'cgroup.freeze=1',
    'cpu.cfs_quota_us=-1',
    'cgroup.freeze=0',
    'cpu.cfs_quota_us=-1',
  ])
})

test('v1: the freezer is joined too, first, and cpu and cpuacct together once', async () => {
  const machine = fake(layouts.v1)
  const groups = await machine.open()
  const leaf = await make(groups)
  expect(groups).toMatchObject({ kind: 'v1', abilities: { memory: true, pids: true, cpu: true, kill: true } })
  const joined = leaf.joins.map((file) => file.slice(machine.root.length).split('/')[4] ?? '')
  expect(joined[0]).toBe('freezer')
  expect(joined.slice(1).toSorted()).toEqual(['cpu,cpuacct', 'memory', 'pids'])
  await leaf.kill()
  expect(machine.kernel.written.map((entry) => entry.split('/')[1])).toEqual([
    'freezer.state=FROZEN',
    'cpu.cfs_quota_us=-1',
    'freezer.state=THAWED',
    'cpu.cfs_quota_us=-1',
  ])
})

test('v1: without swap accounting the group is told not to swap', async () => {
  const machine = fake(layouts.v1)
  machine.kernel.unknown.add('memory.memsw.limit_in_bytes')
  const leaf = await make(await machine.open())
  fs.writeFileSync(`${leaf.path}/memory.swappiness`, '')
  leaf.limit({ memoryBytes: 4096 })
  expect(FakeMachine.contents(leaf.path, 'memory.swappiness')).toEqual({ 'memory.swappiness': '0' })
})

test('v1: one hierarchy that is not delegated takes only its own ability', async () => {
  const machine = fake(layouts.v1)
  machine.kernel.closed.set(machine.at('/sys/fs/cgroup/memory/us.service'), 'EACCES')
  const groups = await machine.open()
  expect(groups.abilities).toMatchObject({ memory: false, pids: true, cpu: true })
  expect(groups.missing[0]).toMatchObject({
    ability: 'memory',
    cause: expect.stringContaining('not delegated'),
  })
})

function fake(mounts: readonly FakeMount[]): FakeMachine {
  const machine = new FakeMachine(mounts)
  onTestFinished(() => machine[Symbol.dispose]())
  return machine
}
