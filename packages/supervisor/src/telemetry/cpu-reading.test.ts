import { expect, test } from 'vitest'
import { type CpuReading, takeReading, usageBetween } from './cpu-reading.ts'
import { fixtureTree } from './fixture-tree.ts'

const zero: CpuReading = { atMs: 0, busySeconds: 0, idleSeconds: 0, iowaitSeconds: 0, ownSeconds: 0 }

test('steal is busy, iowait is not, guest is counted once', () => {
  using tree = fixtureTree({ '/proc/stat': 'cpu  100 200 300 400 500 600 700 800 50 60\ncpu0 1 1 1 1\n' })
  expect(takeReading(tree.root)).toMatchObject({ busySeconds: 27, idleSeconds: 4, iowaitSeconds: 5 })
})

test('use is the busy share of all time', () => {
  const usage = usageBetween(zero, {
    ...zero,
    atMs: 1000,
    busySeconds: 3,
    idleSeconds: 0.5,
    iowaitSeconds: 0.5,
  })
  expect(usage).toEqual({ percent: 75, ownPercent: 0, spanMs: 1000 })
})

test('what this process used is left out, of the host and of the container', () => {
  const from = { ...zero, container: { cpus: 2, usageSeconds: 10 } }
  const to = { ...zero, atMs: 1000, busySeconds: 3, idleSeconds: 1, ownSeconds: 1 }
  const usage = usageBetween(from, { ...to, container: { cpus: 2, usageSeconds: 12 } })
  expect(usage).toEqual({ percent: 66.67, ownPercent: 25, spanMs: 1000, containerPercent: 100 })
})

test('a counter that goes backwards counts as standing still', () => {
  const from = { ...zero, iowaitSeconds: 100 }
  expect(usageBetween(from, { ...zero, busySeconds: 1, idleSeconds: 1, iowaitSeconds: 1 })?.percent).toBe(50)
  expect(usageBetween({ ...zero, busySeconds: 9 }, { ...zero, idleSeconds: 1 })?.percent).toBe(0)
})

test('use stays within 0 and 100', () => {
  const from = { ...zero, container: { cpus: 1, usageSeconds: 0 } }
  const to = { ...zero, atMs: 100, idleSeconds: 1, ownSeconds: 5, container: { cpus: 1, usageSeconds: 50 } }
  expect(usageBetween(from, to)).toEqual({ percent: 0, ownPercent: 100, spanMs: 100, containerPercent: 100 })
})

test('where no time is counted, there is no use', () => {
  expect(usageBetween(zero, { ...zero, atMs: 1000 })).toBeUndefined()
})

test.each(['', 'cpu0 1 2 3 4\n', 'nonsense'])('%j is no reading', (text) => {
  using tree = fixtureTree({ '/proc/stat': text })
  expect(takeReading(tree.root)).toBeUndefined()
})
