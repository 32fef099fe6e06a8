import fs from 'node:fs'
import { dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { make } from './conformance-fixture.ts'
import { type FakeMount, FakeMachine, layouts } from './fake-machine-fixture.ts'

const limits = { memoryBytes: 67_108_864, processes: 20, cpuShare: 1.5 }
const unit = '/sys/fs/cgroup/us.service'

test('unified: every ceiling is in one group beside ours, in the unit that is delegated', async () => {
  const machine = fake(layouts.unified)
  machine.delegated.add(machine.at(unit))
  const groups = await machine.open()
  const leaf = await make(groups)
  leaf.limit(limits)
  expect(groups).toMatchObject({
    kind: 'unified',
    missing: [],
    abilities: { memory: true, pids: true, cpu: true, kill: true, io: true },
  })
  expect(leaf.joins).toEqual([`${leaf.path}/cgroup.procs`])
  expect(leaf.killSwitch).toBe(`${leaf.path}/cgroup.kill`)
  expect(dirname(leaf.path)).toBe(machine.at(unit))
  expect(
    FakeMachine.contents(
      leaf.path,
      'memory.max',
      'memory.swap.max',
      'memory.oom.group',
      'pids.max',
      'cpu.max',
    ),
  ).toEqual({
    'memory.max': '67108864',
    'memory.swap.max': '0',
    'memory.oom.group': '1',
    'pids.max': '20',
    'cpu.max': '150000 100000',
  })
})

test('unified: what the delegated unit does not give to its children yet is enabled', async () => {
  const machine = fake(layouts.unified)
  machine.delegated.add(machine.at(unit))
  machine.write('/sys/fs/cgroup/us.service/cgroup.subtree_control', 'pids')
  await machine.open()
  expect(machine.kernel.written).toEqual(
    ['memory', 'cpu', 'io'].map((name) => `us.service/cgroup.subtree_control=+${name}`),
  )
})

test('unified: usage is read from all files', async () => {
  const machine = fake(layouts.unified)
  machine.delegated.add(machine.at(unit))
  const leaf = await make(await machine.open())
  const files = {
    'cpu.stat': 'usage_usec 3000\nuser_usec 1000\nsystem_usec 2000\nnr_throttled 2\nthrottled_usec 4500\n',
    'memory.peak': '4096\n',
    'memory.events': 'low 0\nhigh 0\nmax 7\noom 1\noom_kill 2\noom_group_kill 0\n',
    'pids.peak': '9\n',
    'pids.events': 'max 5\n',
    'io.stat':
      '8:0 rbytes=100 wbytes=20 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=1 wbytes=2 rios=1 wios=1\n',
  }
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(`${leaf.path}/${file}`, text)
  expect(leaf.usage()).toEqual({
    cpuMs: 3,
    userMs: 1,
    systemMs: 2,
    throttledMs: 4.5,
    memoryPeakBytes: 4096,
    memoryEventsMax: 7,
    oomKills: 2,
    pidsPeak: 9,
    pidsEvents: 5,
    readBytes: 101,
    writtenBytes: 22,
  })
})

test('unified: only the numbers that are wanted are read, anew each time, and all files are closed in the end', async () => {
  const machine = fake(layouts.unified)
  machine.delegated.add(machine.at(unit))
  const leaf = await make(await machine.open())
  const write = (text: string): void => fs.writeFileSync(`${leaf.path}/pids.events`, text)
  write('max 5\n')
  expect(leaf.usage(['pidsEvents'])).toEqual({ pidsEvents: 5 })
  expect(openBelow(leaf.path)).toEqual([`${leaf.path}/pids.events`])
  write('max 16\n')
  expect(leaf.usage(['pidsEvents'])).toEqual({ pidsEvents: 16 })
  await leaf[Symbol.asyncDispose]()
  expect(openBelow(leaf.path)).toEqual([])
  expect(leaf.usage()).toEqual({})
})

test('unified: a ceiling that stands already is not written again, unless the leaf was killed', async () => {
  const machine = fake(layouts.unified)
  machine.delegated.add(machine.at(unit))
  const leaf = await make(await machine.open())
  const again = (processes: number): unknown => {
    fs.writeFileSync(`${leaf.path}/pids.max`, 'no')
    leaf.limit({ processes })
    return FakeMachine.contents(leaf.path, 'pids.max')['pids.max']
  }
  leaf.limit({ processes: 20 })
  expect([again(20), again(30), again(20), again(20)]).toEqual(['no', '30', '20', 'no'])
  await leaf.kill()
  expect(again(20)).toBe('20')
})

test('unified: beside a group that nobody delegated none is made, and the cure is told', async () => {
  const machine = fake(layouts.unified)
  const groups = await machine.open()
  const leaf = await make(groups)
  expect(groups.abilities).toEqual({ memory: false, pids: false, cpu: false, kill: true, io: false })
  expect(groups.missing.map(({ ability }) => ability)).toEqual(['memory', 'pids', 'cpu', 'io'])
  expect(groups.missing[0]).toEqual({
    ability: 'memory',
    cause: expect.stringContaining('supervisor holds processes, us among them'),
    cure: expect.stringContaining('-p Delegate=yes'),
  })
  // Not even tried: the kernel would take cpu and pids, and make the children useless.
  expect(machine.kernel.written).toEqual([])
  expect(() => leaf.limit({ memoryBytes: 4096 })).toThrow(
    expect.objectContaining({ code: 'RT_POSTURE_UNAVAILABLE' }),
  )
})

test('unified in a container: we step beside our group below what the container was given', async () => {
  const target = '/sys/fs/cgroup'
  const machine = fake([{ controllers: '', target, group: '/init', gives: 'cpu memory pids' }])
  machine.write(`${target}/cgroup.type`, 'domain\n')
  const groups = await machine.open()
  expect(groups.abilities).toMatchObject({ memory: true, pids: true, cpu: true })
})

test('unified in a container that is read only: nothing is there, and Docker is told how', async () => {
  const machine = fake([{ controllers: '', target: '/sys/fs/cgroup', group: '/', gives: 'cpu memory pids' }])
  machine.kernel.closed.set(machine.at('/sys/fs/cgroup'), 'EROFS')
  const groups = await machine.open()
  expect(groups.kind).toBe('none')
  expect(await groups.create()).toBeUndefined()
  expect(groups.missing).toHaveLength(5)
  expect(groups.missing[0]?.cause).toContain('read only')
  expect(groups.missing[0]?.cure).toContain('writable-cgroups=true')
})

test("unified in the kernel's own root: there processes and limited children may be together", async () => {
  const machine = fake([{ controllers: '', target: '/sys/fs/cgroup', group: '/', gives: 'cpu memory pids' }])
  machine.write('/sys/fs/cgroup/cgroup.controllers', 'cpu memory pids')
  const groups = await machine.open()
  expect(groups.abilities).toMatchObject({ memory: true, pids: true, cpu: true })
})

/** Paths of our open files below a directory; those that were removed meanwhile too. */
function openBelow(directory: string): string[] {
  return fs.readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const path = fs.readlinkSync(`/proc/self/fd/${descriptor}`)
      return path.startsWith(`${directory}/`) ? [path] : []
    } catch {
      return [] // that of this very listing
    }
  })
}

function fake(mounts: readonly FakeMount[]): FakeMachine {
  const machine = new FakeMachine(mounts)
  onTestFinished(() => machine[Symbol.dispose]())
  return machine
}
