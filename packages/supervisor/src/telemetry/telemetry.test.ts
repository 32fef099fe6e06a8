import { expect, test } from 'vitest'
import { CpuMeter } from './cpu-meter.ts'
import { fixtureTree } from './fixture-tree.ts'
import { Telemetry } from './telemetry.ts'

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}

test('captures the real machine, with CPU use over a span of its own', async () => {
  const before = Math.floor(Date.now() / 1000)
  const telemetry = await Telemetry.capture()
  expect(telemetry.timestamp).toBeGreaterThanOrEqual(before)
  expect(Number.isInteger(telemetry.timestamp)).toBe(true)
  expect(telemetry.cpu.spanMs).toBeGreaterThanOrEqual(200)
  expect(telemetry.memory.totalBytes).toBeGreaterThan(telemetry.memory.availableBytes)
  expect(telemetry.disk?.path).toBe(process.cwd())
  expect(telemetry.network.map(({ name }) => name)).toContain('lo')
})

test('two captures share no object', async () => {
  using meter = new CpuMeter()
  await meter.usage()
  const [before, after] = await Promise.all([
    Telemetry.capture({ cpu: meter }),
    Telemetry.capture({ cpu: meter }),
  ])
  const seen = new Set(objectsIn(before))
  expect(seen.size).toBeGreaterThan(5)
  expect(objectsIn(after).filter((value) => seen.has(value))).toEqual([])
})

test('with a meter the capture does not wait for its first span', async () => {
  using meter = new CpuMeter()
  const { cpu } = await Telemetry.capture({ cpu: meter })
  expect(cpu).not.toHaveProperty('usagePercent')
  expect(cpu).not.toHaveProperty('spanMs')
})

test('reports the use of the host and of the container side by side', async () => {
  using tree = fixtureTree({
    '/proc/stat': 'cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0\n',
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/cgroup.controllers': 'cpu\n',
    '/sys/fs/cgroup/cpu.max': '100000 100000\n',
    '/sys/fs/cgroup/cpu.stat': 'usage_usec 0\n',
  })
  using meter = new CpuMeter({ root: tree.root })
  tree.write('/proc/stat', 'cpu  100000000 0 0 100000000 0 0 0 0 0 0\ncpu0 0 0 0 0\n')
  tree.write('/sys/fs/cgroup/cpu.stat', 'usage_usec 1000000000\n')
  await meter.usage()
  const { cpu } = await Telemetry.capture({ root: tree.root, cpu: meter })
  expect(cpu).toMatchObject({ count: 1, limit: 1, containerUsagePercent: 100 })
  expect(cpu.usagePercent).toBeCloseTo(50, 1)
})

test('what the machine does not tell is missing, never an error', async () => {
  using tree = fixtureTree()
  const telemetry = await Telemetry.capture({ root: tree.root, workingDir: '/no/such/directory' })
  expect(telemetry).not.toHaveProperty('pressure')
  expect(telemetry).not.toHaveProperty('disk')
  expect(telemetry.cpu).toEqual({ count: expect.any(Number) })
  expect(telemetry).toMatchObject({ network: [], accelerators: [], host: expect.any(String) })
})
