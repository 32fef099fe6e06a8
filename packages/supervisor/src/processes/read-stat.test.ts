import { expect, test, vi } from 'vitest'
import { readChildren } from './children.ts'
import { startChild } from './child-fixture.ts'
import { isAlive, readStat } from './read-stat.ts'

test('reads our own process', () => {
  expect(readStat(process.pid)).toMatchObject({ pid: process.pid, ppid: process.ppid })
  expect(readStat(process.pid)?.rssBytes).toBeGreaterThan(1_000_000)
})

test('a process that names itself like a stat line is read as what it is', async () => {
  const program =
    "fs.writeFileSync('/proc/self/comm', 'a) R (b\\n'); console.log('ready'); setInterval(() => {}, 1e6)"
  await using child = await startChild(process.execPath, ['-e', program], { isReady: true })
  expect(readStat(child.pid)).toMatchObject({ pid: child.pid, comm: 'a) R (b\n', ppid: process.pid })
})

test('a process that is gone has no stat', async () => {
  const child = await startChild('sleep', ['5'])
  const stat = readStat(child.pid)
  expect(stat).toBeDefined()
  await child.end()
  expect(readStat(child.pid)).toBeUndefined()
  expect(isAlive({ pid: child.pid, startTime: stat?.startTime ?? 0 })).toBe(false)
})

test('a running process is alive, another start time with its pid is not', () => {
  const startTime = readStat(process.pid)?.startTime ?? 0
  expect(isAlive({ pid: process.pid, startTime })).toBe(true)
  expect(isAlive({ pid: process.pid, startTime: startTime + 1 })).toBe(false)
})

test('a zombie is not alive', async () => {
  await using parent = await startChild('sh', ['-c', 'sleep 0 & exec sleep 5'])
  const zombie = await vi.waitFor(() => {
    const [pid = 0] = readChildren(parent.pid)
    const stat = readStat(pid)
    expect(stat?.state).toBe('Z')
    return stat
  })
  expect(isAlive({ pid: zombie?.pid ?? 0, startTime: zombie?.startTime ?? 0 })).toBe(false)
})
