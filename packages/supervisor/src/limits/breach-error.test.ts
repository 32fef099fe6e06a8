import { expect, test } from 'vitest'
import { breachError } from './breach-error.ts'

const culprit = { pid: 4711, comm: 'python3', share: 0.93 }

test('the message says what was allowed, what was used and by whom', () => {
  const error = breachError({ limit: 'memory', allowed: 536_870_912, peak: 537_001_984, culprit })
  expect(error.code).toBe('RT_LIMIT_EXCEEDED')
  expect(error.message).toBe(
    'memory: 536870912 bytes allowed, 537001984 used, mostly by python3 (pid 4711, 93 %)',
  )
  expect(error.details).toEqual({ limit: 'memory', allowed: 536_870_912, peak: 537_001_984, culprit })
})

test('where the kernel refused more, the message does not claim that more was used', () => {
  expect(breachError({ limit: 'processes', allowed: 64, peak: 64 }).message).toBe(
    'processes: 64 processes allowed, all used and more asked for',
  )
})

test('a machine without memory is not blamed on the job', () => {
  const { message } = breachError({ limit: 'memory', allowed: 1000, peak: 10, isMachineFull: true })
  expect(message).toBe('memory: the machine, or an outer control group, has no more; 10 of 1000 bytes used')
})

test('a hostile name neither steers the terminal nor grows', () => {
  const comm = `\u001B[2J\n\u202E\u2028${'x'.repeat(1000)}`
  const { message, details } = breachError({
    limit: 'cpu_time',
    allowed: 1,
    peak: 2,
    culprit: { ...culprit, comm },
  })
  expect(message).not.toMatch(/[\p{C}\u2028]/u)
  expect(message).toContain('\\u{1b}[2J\\u{a}\\u{202e}\\u{2028}xxx')
  expect(message.length).toBeLessThan(200)
  expect(JSON.stringify(details).length).toBeLessThan(300)
})
