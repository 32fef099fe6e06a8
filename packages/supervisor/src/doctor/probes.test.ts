import { expect, test } from 'vitest'
import { fixtureTree } from '../telemetry/fixture-tree.ts'
import { readMachine } from './machine.ts'
import { probeDescriptors } from './probes/descriptors.ts'
import { probeMemory, probeTasks } from './probes/headroom.ts'
import { probeKernel } from './probes/kernel.ts'
import { probeProc } from './probes/proc.ts'
import { probeNode, probeProcessor } from './probes/runtime.ts'

test.each(['22.20.0', '24.10.0', '9.0.0'])('Node %s is too old', (version) => {
  expect(probeNode(version)).toMatchObject({ have: false, cause: expect.stringContaining('24.11 or newer') })
})

test.each(['24.11.0', '24.21.0', '26.0.0'])('Node %s will do', (version) => {
  expect(probeNode(version).have).toBe(true)
})

test('there is a launcher for two processors', () => {
  expect(['x64', 'arm64', 'riscv64'].map((arch) => probeProcessor(arch).have)).toEqual([true, true, false])
})

test('a kernel before 5.12 has no mount_setattr', () => {
  using old = fixtureTree({ '/proc/sys/kernel/osrelease': '5.11.22\n' })
  expect(probeKernel(readMachine(old.root))).toMatchObject({ have: false, cure: 'use Linux 5.12 or newer' })
  using young = fixtureTree({ '/proc/sys/kernel/osrelease': '5.12.0\n' })
  expect(probeKernel(readMachine(young.root)).have).toBe(true)
})

test('the hard limit on descriptors counts, for Node raises the soft one', () => {
  using few = fixtureTree({ '/proc/self/limits': limits('512') })
  expect(probeDescriptors(few.root)).toMatchObject({ have: false, cause: 'RLIMIT_NOFILE is 512' })
  using raised = fixtureTree({ '/proc/self/limits': limits('1048576') })
  expect(probeDescriptors(raised.root).have).toBe(true)
})

test('a /proc that is no procfs is found out', () => {
  expect(probeProc('/tmp')).toMatchObject({
    have: false,
    cause: expect.stringContaining('/tmp is no procfs'),
  })
  expect(probeProc('/nowhere').cause).toContain('ENOENT')
})

test('a full host, and a container with a small limit on a large host, have no memory for us', () => {
  using full = fixtureTree({ '/proc/meminfo': 'MemTotal: 8000000 kB\nMemAvailable: 100000 kB\n' })
  expect(probeMemory(full.root)).toMatchObject({ have: false, detail: '102 MB free' })
  using large = fixtureTree({
    '/proc/meminfo': 'MemTotal: 8000000 kB\nMemAvailable: 7000000 kB\n',
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/cgroup.controllers': 'memory pids\n',
    '/sys/fs/cgroup/memory.max': '268435456\n',
    '/sys/fs/cgroup/memory.current': '200000000\n',
    '/sys/fs/cgroup/memory.stat': 'inactive_file 0\n',
  })
  expect(probeMemory(large.root).have).toBe(false)
})

test('room for processes is the least of what groups and kernel leave', () => {
  using tree = fixtureTree({
    '/proc/sys/kernel/threads-max': '1000\n',
    '/proc/loadavg': '0.20 0.18 0.12 1/80 11206\n',
    '/proc/self/cgroup': '0::/a/b\n',
    '/sys/fs/cgroup/cgroup.controllers': 'pids\n',
    '/sys/fs/cgroup/a/pids.max': '100\n',
    '/sys/fs/cgroup/a/pids.current': '90\n',
    '/sys/fs/cgroup/a/b/pids.max': 'max\n',
  })
  expect(probeTasks(tree.root)).toMatchObject({ have: false, detail: '10 more by /sys/fs/cgroup/a/pids.max' })
  tree.write('/sys/fs/cgroup/a/pids.max', 'max\n')
  expect(probeTasks(tree.root)).toMatchObject({ have: true, detail: '920 more by kernel.threads-max' })
})

function limits(hard: string): string {
  return `Limit   Soft Limit   Hard Limit   Units\nMax open files            256   ${hard}   files\n`
}
