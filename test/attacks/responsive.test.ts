import { expect, onTestFinished, test } from 'vitest'
import { arena, judge } from '../support/attack.ts'

const endlessBomb = 'f() { while :; do f & sleep 0.1; done; }; (f) & sleep 3'

test('the clock of the supervisor goes on while bombs go off and hogs eat', async () => {
  const supervisor = arena()
  let ticks = 0
  const timer = setInterval(() => (ticks += 1), 5)
  onTestFinished(() => clearInterval(timer))
  const limits = { processes: 24, memoryBytes: 67_108_864 }
  const args = { cmd: `head -c 50M /dev/zero & ${endlessBomb}` }
  const result = await supervisor.run('ShellExec', args, { level: 'sandbox', limits })
  await judge(supervisor, result, {
    outcome: 'limit_exceeded',
    code: 'RT_LIMIT_EXCEEDED',
    limit: 'processes',
  })
  expect(ticks).toBeGreaterThan(2)
})
