import { expect, test } from 'vitest'
import { readContainerLimits } from './container-limits.ts'
import { fixtureTree } from './fixture-tree.ts'

const GiB = 2 ** 30
const V1_UNLIMITED = '9223372036854771712\n'
const meminfo = { '/proc/meminfo': `MemTotal: ${16 * 2 ** 20} kB\nMemFree: 1 kB\nMemAvailable: 1 kB\n` }
const v2 = { ...meminfo, '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n' }

function limitsOf(files: Record<string, string>): ReturnType<typeof readContainerLimits> {
  using tree = fixtureTree(files)
  return readContainerLimits({ root: tree.root })
}

test('v2: the smallest limit on the way to the root counts, with the use of its own cgroup', () => {
  const limits = limitsOf({
    ...v2,
    '/proc/self/cgroup': '0::/slice/job\n',
    '/sys/fs/cgroup/slice/job/memory.max': `${8 * GiB}\n`,
    '/sys/fs/cgroup/slice/job/memory.current': '1\n',
    '/sys/fs/cgroup/slice/memory.max': `${4 * GiB}\n`,
    '/sys/fs/cgroup/slice/memory.current': `${3 * GiB}\n`,
    '/sys/fs/cgroup/slice/memory.stat': `anon 5\ninactive_file ${GiB}\nactive_file 7\n`,
    '/sys/fs/cgroup/slice/job/cpu.max': '50000 100000\n',
    '/sys/fs/cgroup/slice/job/cpu.stat': 'usage_usec 2500000\nuser_usec 1\n',
    '/sys/fs/cgroup/slice/cpu.max': 'max 100000\n',
  })
  expect(limits).toEqual({
    memory: { limitBytes: 4 * GiB, usedBytes: 2 * GiB },
    cpu: { cpus: 0.5, usageSeconds: 2.5 },
  })
})

test('of equal limits the outer one counts, which holds more', () => {
  const { memory } = limitsOf({
    ...v2,
    '/proc/self/cgroup': '0::/a/b\n',
    '/sys/fs/cgroup/a/b/memory.max': `${GiB}\n`,
    '/sys/fs/cgroup/a/b/memory.current': '1\n',
    '/sys/fs/cgroup/a/memory.max': `${GiB}\n`,
    '/sys/fs/cgroup/a/memory.current': '2\n',
  })
  expect(memory).toEqual({ limitBytes: GiB, usedBytes: 2 })
})

test.each(['/', '/../../elsewhere', '/seen/only/from/outside'])(
  'v2 in a cgroup namespace: the mount is our own cgroup when the path is %s',
  (path) => {
    const limits = limitsOf({
      ...v2,
      '/proc/self/cgroup': `0::${path}\n`,
      '/sys/fs/cgroup/memory.max': `${GiB}\n`,
      '/sys/fs/cgroup/memory.current': '5\n',
      '/sys/fs/cgroup/cpu.max': '150000 100000\n',
      '/sys/fs/elsewhere/memory.max': '1\n',
    })
    expect(limits).toEqual({ memory: { limitBytes: GiB, usedBytes: 5 }, cpu: { cpus: 1.5 } })
  },
)

test('v1: with cpu and cpuacct mounted together', () => {
  const limits = limitsOf({
    ...meminfo,
    '/proc/self/cgroup': '4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n1:name=systemd:/\n',
    '/sys/fs/cgroup/memory/cgroup.procs': '',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': V1_UNLIMITED,
    '/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes': `${2 * GiB}\n`,
    '/sys/fs/cgroup/memory/docker/x/memory.usage_in_bytes': `${GiB}\n`,
    '/sys/fs/cgroup/memory/docker/x/memory.stat': 'inactive_file 1\ntotal_inactive_file 1000\n',
    '/sys/fs/cgroup/cpu,cpuacct/cgroup.procs': '',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us': '200000\n',
    '/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/cpu,cpuacct/docker/x/cpuacct.usage': '3000000000\n',
  })
  expect(limits).toEqual({
    memory: { limitBytes: 2 * GiB, usedBytes: GiB - 1000 },
    cpu: { cpus: 2, usageSeconds: 3 },
  })
})

test('v1 in a container that sees only its own subtree', () => {
  const limits = limitsOf({
    ...meminfo,
    '/proc/self/cgroup': '4:memory:/docker/x\n3:cpu:/docker/x\n2:cpuacct:/docker/x\n',
    '/sys/fs/cgroup/memory/cgroup.procs': '',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${GiB}\n`,
    '/sys/fs/cgroup/cpu/cgroup.procs': '',
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '25000\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/cpuacct/cgroup.procs': '',
    '/sys/fs/cgroup/cpuacct/cpuacct.usage': '500000000\n',
  })
  expect(limits).toEqual({ memory: { limitBytes: GiB }, cpu: { cpus: 0.25, usageSeconds: 0.5 } })
})

test('hybrid: each controller is read where it is mounted', () => {
  const limits = limitsOf({
    ...meminfo,
    '/proc/self/cgroup': '4:memory:/job\n0::/job\n',
    '/sys/fs/cgroup/memory/cgroup.procs': '',
    '/sys/fs/cgroup/memory/job/memory.limit_in_bytes': `${GiB}\n`,
    '/sys/fs/cgroup/unified/cgroup.controllers': 'cpu\n',
    '/sys/fs/cgroup/unified/job/memory.max': '1\n',
    '/sys/fs/cgroup/unified/job/cpu.max': '100000 100000\n',
    '/sys/fs/cgroup/unified/job/cpu.stat': 'usage_usec 1000000\n',
  })
  expect(limits).toEqual({ memory: { limitBytes: GiB }, cpu: { cpus: 1, usageSeconds: 1 } })
})

test.each(['max\n', `${16 * GiB}\n`, V1_UNLIMITED, 'nonsense', ''])('%j limits nothing', (limit) => {
  const files = {
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/memory.max': limit,
    '/sys/fs/cgroup/cpu.max': limit,
  }
  expect(limitsOf({ ...v2, ...files })).toEqual({})
})

test('without /sys, and without anything, there are no limits', () => {
  expect(limitsOf({ ...meminfo, '/proc/self/cgroup': '4:memory:/a\n0::/a\n' })).toEqual({})
  expect(limitsOf({})).toEqual({})
})
