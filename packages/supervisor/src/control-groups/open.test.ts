import fs from 'node:fs'
import { dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { make } from './conformance-fixture.ts'
import { type FakeMount, FakeMachine, layouts } from './fake-machine-fixture.ts'

test('a mount may show only our part of the hierarchy, or be somewhere else', async () => {
  const group = '/docker/0123'
  const machine = fake([
    { controllers: 'memory', target: '/mnt/with blank', group, shows: '/docker', below: '/0123' },
    { controllers: 'pids', target: '/mnt/pids', group, shows: group, below: '' },
  ])
  machine.write(
    '/proc/self/mountinfo',
    machine.read('/proc/self/mountinfo').replace('with blank', 'with\\040blank'),
  )
  const leaf = await make(await machine.open())
  expect(leaf.joins.map((file) => dirname(dirname(file)))).toEqual([
    machine.at('/mnt/pids'),
    machine.at('/mnt/with blank/0123'),
  ])
})

test.each<[string, Partial<FakeMount>]>([
  ['mounted from outside of our control group namespace', { group: '/', shows: '/../..' }],
  ['that shows another part', { group: '/a', shows: '/b' }],
  ['seen from a namespace that we are outside of', { group: '/../other' }],
])('a hierarchy %s is of no use, and that is told', async (_, mount) => {
  const target = '/sys/fs/cgroup/pids'
  const machine = fake([{ controllers: 'pids', target, group: '/', below: '', ...mount }])
  const groups = await machine.open()
  expect(groups.kind).toBe('none')
  expect(groups.missing.find(({ ability }) => ability === 'pids')?.cause).toContain('not to be seen')
})

test('a group of our name that we are not in is not taken for ours', async () => {
  const machine = fake(layouts.v1)
  machine.write('/sys/fs/cgroup/pids/us.service/cgroup.procs', '1\n')
  const groups = await machine.open()
  expect(groups.abilities).toMatchObject({ pids: false, memory: true })
})

test('a mount that another file system hides does not count', async () => {
  const machine = fake(layouts.v1)
  machine.fileSystems.set(machine.at('/sys/fs/cgroup/pids'), 0x01021994)
  const groups = await machine.open()
  expect(groups.abilities).toMatchObject({ pids: false, memory: true })
})

test('a threaded group cannot have children for processes', async () => {
  const machine = fake(layouts.unified)
  machine.kernel.fill = (directory) => {
    for (const file of ['cgroup.kill', 'memory.max', 'cgroup.procs'])
      fs.writeFileSync(`${directory}/${file}`, '')
    fs.writeFileSync(`${directory}/cgroup.type`, 'domain invalid\n')
  }
  const groups = await machine.open()
  expect(groups.kind).toBe('none')
  expect(groups.missing[0]?.cause).toContain('threaded')
})

test('without any hierarchy there is no leaf and no stale one', async () => {
  const groups = await fake([]).open()
  expect(groups).toMatchObject({ kind: 'none', abilities: { memory: false, kill: false } })
  expect(await groups.create()).toBeUndefined()
  expect(await groups.removeStale()).toBe(0)
  expect(groups.missing.map(({ ability }) => ability)).toEqual(['memory', 'pids', 'cpu', 'kill', 'io'])
})

test('a leaf that can suddenly not be made is an error with a cure', async () => {
  const machine = fake(layouts.v1)
  const groups = await machine.open()
  machine.kernel.closed.set(machine.at('/sys/fs/cgroup/pids/us.service'), 'ENOSPC')
  await expect(groups.create()).rejects.toMatchObject({ code: 'RT_POSTURE_UNAVAILABLE' })
})

function fake(mounts: readonly FakeMount[]): FakeMachine {
  const machine = new FakeMachine(mounts)
  onTestFinished(() => machine[Symbol.dispose]())
  return machine
}
