import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { CpuMeter } from './cpu-meter.ts'
import { type FixtureTree, fixtureTree } from './fixture-tree.ts'

// Far more time than this process can use meanwhile: what it uses is left out.
function setTimes(tree: FixtureTree, busySeconds: number, idleSeconds: number): void {
  tree.write('/proc/stat', `cpu  ${busySeconds * 100} 0 0 ${idleSeconds * 100} 0 0 0 0 0 0\n`)
}

function machineWith(busySeconds: number, idleSeconds: number): FixtureTree {
  const tree = fixtureTree()
  setTimes(tree, busySeconds, idleSeconds)
  return tree
}

afterEach(() => {
  vi.useRealTimers()
})

test('measures the real machine over at least 200 ms', async () => {
  using meter = new CpuMeter()
  const usage = await meter.usage()
  expect(usage?.spanMs).toBeGreaterThanOrEqual(200)
  expect(usage?.percent).toBeGreaterThanOrEqual(0)
  expect(usage?.percent).toBeLessThanOrEqual(100)
})

test('use is measured since the meter was made', async () => {
  using tree = machineWith(1e6, 1e6)
  using meter = new CpuMeter({ root: tree.root })
  setTimes(tree, 4e6, 2e6)
  expect((await meter.usage())?.percent).toBeCloseTo(75, 1)
})

test('fresh use knows nothing of the time before', async () => {
  using tree = machineWith(0, 0)
  using meter = new CpuMeter({ root: tree.root })
  setTimes(tree, 9e6, 0)
  const fresh = meter.freshUsage()
  setTimes(tree, 10e6, 3e6)
  expect((await fresh)?.percent).toBeCloseTo(25, 1)
})

test('a look does not wait: a new meter has nothing to tell, an older one has', async () => {
  using tree = machineWith(0, 0)
  using meter = new CpuMeter({ root: tree.root })
  setTimes(tree, 1e6, 1e6)
  expect(meter.peek()).toBeUndefined()
  await meter.usage()
  expect(meter.peek()?.percent).toBeCloseTo(50, 1)
})

test('use is told from the newest reading that is at least 200 ms old', () => {
  vi.useFakeTimers()
  using tree = machineWith(0, 0)
  using meter = new CpuMeter({ root: tree.root, intervalMs: 500 })
  setTimes(tree, 1e6, 0)
  vi.advanceTimersByTime(600)
  expect(meter.peek()).toMatchObject({ spanMs: 600 })
  setTimes(tree, 2e6, 1e6)
  vi.advanceTimersByTime(100)
  expect(meter.peek()).toMatchObject({ spanMs: 200, percent: expect.closeTo(50, 1) })
})

test('the mean is told once readings span the window, and forgets what is older', () => {
  vi.useFakeTimers()
  using tree = machineWith(0, 0)
  using meter = new CpuMeter({ root: tree.root })
  let [busy, idle] = [0, 0]
  const pass = (steps: number, share: number): void => {
    for (let step = 0; step < steps; step++) {
      busy += share * 1e4
      idle += (1 - share) * 1e4
      setTimes(tree, busy, idle)
      vi.advanceTimersByTime(500)
    }
  }
  pass(58, 1)
  expect(meter.rollingMean()).toBeUndefined()
  pass(2, 1)
  expect(meter.rollingMean()).toBeCloseTo(100, 0)
  pass(30, 0)
  expect(Math.abs((meter.rollingMean() ?? 0) - 50)).toBeLessThan(2)
  pass(31, 0)
  expect(meter.rollingMean()).toBeCloseTo(0, 0)
})

test('without /proc/stat nothing is told and nothing waits', async () => {
  using tree = fixtureTree()
  using meter = new CpuMeter({ root: tree.root })
  expect(meter.peek()).toBeUndefined()
  expect(await meter.usage()).toBeUndefined()
  expect(await meter.freshUsage()).toBeUndefined()
  expect(meter.rollingMean()).toBeUndefined()
})

test('a disposed meter has no timer', () => {
  vi.useFakeTimers()
  {
    using meter = new CpuMeter()
    expect(meter.peek()).toBeUndefined()
    expect(vi.getTimerCount()).toBe(1)
  }
  expect(vi.getTimerCount()).toBe(0)
})

test('a running meter does not keep the process alive', async () => {
  const url = import.meta.resolve('./cpu-meter.ts')
  const program = `const { CpuMeter } = await import('${url}'); new CpuMeter({ intervalMs: 10 })`
  const args = ['--input-type=module', '--eval', program]
  const ended = promisify(execFile)(process.execPath, args, { timeout: 4000 })
  await expect(ended).resolves.toBeDefined() // it rejects when it had to be killed
})
