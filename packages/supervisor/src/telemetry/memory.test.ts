import os from 'node:os'
import { expect, test } from 'vitest'
import { fixtureTree } from './fixture-tree.ts'
import { memoryUsage, readMemory } from './memory.ts'

const meminfo = [
  'MemTotal:        1000 kB',
  'MemFree:          100 kB',
  'MemAvailable:     600 kB',
  'Buffers:           20 kB',
  'Cached:           200 kB',
  'SwapTotal:         50 kB',
  'SwapFree:          40 kB',
  'HugePages_Total:    7',
]

test('tells the host and the container', () => {
  using tree = fixtureTree({
    '/proc/meminfo': meminfo.join('\n'),
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/cgroup.controllers': 'memory\n',
    '/sys/fs/cgroup/memory.max': '512000\n',
    '/sys/fs/cgroup/memory.current': '300000\n',
    '/sys/fs/cgroup/memory.stat': 'inactive_file 44000\n',
  })
  const memory = readMemory(tree.root)
  expect(memory).toEqual({
    totalBytes: 1_024_000,
    availableBytes: 614_400,
    freeBytes: 102_400,
    swapTotalBytes: 51_200,
    swapFreeBytes: 40_960,
    limitBytes: 512_000,
    usedBytes: 256_000,
  })
  expect(memoryUsage(memory)).toEqual({ percent: 40, containerPercent: 50 })
})

test('a kernel that does not estimate what is available: free, buffers and cache', () => {
  using tree = fixtureTree({
    '/proc/meminfo': meminfo.filter((line) => !line.includes('Available')).join('\n'),
  })
  expect(readMemory(tree.root).availableBytes).toBe(320 * 1024)
})

test('without a limit only the host has a percentage', () => {
  using tree = fixtureTree({ '/proc/meminfo': meminfo.join('\n') })
  expect(memoryUsage(readMemory(tree.root))).toEqual({ percent: 40 })
})

test('without /proc the system call tells the total', () => {
  using tree = fixtureTree()
  const memory = readMemory(tree.root)
  expect(memory.totalBytes).toBe(os.totalmem())
  expect(memory).not.toHaveProperty('swapTotalBytes')
})
