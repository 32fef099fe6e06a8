import { expect, test } from 'vitest'
import { BootClock } from './boot-clock.ts'

const SECOND = 1_000_000_000

test('a machine that never slept has one clock', () => {
  const clock = new BootClock()
  expect(clock.ticks(12.345 * SECOND)).toBe(1234)
  clock.learn(20 * SECOND + 5, 2000)
  clock.learn(20.0100001 * SECOND, 2000) // stamped after the tick that the process began in
  expect(clock.ticks(12.3499 * SECOND)).toBe(1234)
})

test('time asleep is learnt from processes whose start is known', () => {
  const clock = new BootClock()
  const asleep = 100.003
  for (let at = 1; at < 2; at += 0.013) {
    clock.learn(at * SECOND, Math.floor((at + asleep) * 100))
  }
  expect(clock.ticks(50.005 * SECOND)).toBe(15_000)
})

test('another sleep voids what was learnt', () => {
  const clock = new BootClock()
  clock.learn(1 * SECOND, 100)
  clock.learn(2 * SECOND, 1_000_200)
  expect(Math.abs(clock.ticks(3 * SECOND) - 1_000_300)).toBeLessThanOrEqual(1)
})
