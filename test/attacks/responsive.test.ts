import { expect, test } from 'vitest'
import { arena, judge, ticksDuring } from '../support/attack.ts'
import { endlessBomb } from '../support/shell.ts'

test('the clock of the supervisor goes on while bombs go off and hogs eat', async () => {
  const supervisor = arena()
  const limits = { processes: 24, memoryBytes: 67_108_864 }
  const args = { cmd: `head -c 50M /dev/zero & ${endlessBomb}` }
  const job = supervisor.run('ShellExec', args, { level: 'sandbox', limits })
  expect(await ticksDuring(job)).toBeGreaterThan(2)
  await judge(supervisor, await job, {
    outcome: 'limit_exceeded',
    code: 'RT_LIMIT_EXCEEDED',
    limit: 'processes',
  })
})
