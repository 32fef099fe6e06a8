import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { testSupervisor } from '../support/supervisor.ts'

test('short-lived children are named with their start times; what others start meanwhile is not', async () => {
  const others = setInterval(() => spawn('/bin/sh', ['-c', 'sleep 0.01'], { stdio: 'ignore' }), 30)
  const result = await testSupervisor().run('ShellExec', {
    cmd: 'for i in 1 2 3 4 5; do sleep 0.05; done; uname >/dev/null; (sleep 0.05 &) ; sleep 0.1',
  })
  clearInterval(others)
  expect(result.spawned.filter(({ comm }) => comm === 'sleep').length).toBe(7)
  // With the subshell, the shell itself and uname; by looking often, uname may have been too quick.
  expect([9, 10]).toContain(result.usage.processes)
  expect(result.usage.processes === 10 || result.attribution === 'tree').toBe(true)
  const [root] = result.spawned
  for (const { startTime } of result.spawned)
    expect(startTime).toBeGreaterThanOrEqual(root?.startTime ?? Infinity)
})

test('by looking often, children that live for a while are found too', async () => {
  const result = await testSupervisor({ attribution: 'tree' }).run('ShellExec', {
    cmd: 'sleep 0.2 & sleep 0.2 & wait',
  })
  expect(result.attribution).toBe('tree')
  expect(result.spawned.map(({ comm }) => comm).toSorted()).toEqual(['sh', 'sleep', 'sleep'])
})
