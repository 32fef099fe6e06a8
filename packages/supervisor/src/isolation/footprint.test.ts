import { closeSync, openSync, readdirSync } from 'node:fs'
import process from 'node:process'
import { expect, test } from 'vitest'
import { startChild } from '../processes/child-fixture.ts'
import { isWithin, readFootprint } from './footprint.ts'

test('a descriptor that was left open is seen from outside', () => {
  const before = readFootprint(process.pid)
  expect(before.descriptors).toBe(readdirSync('/proc/self/fd').length - 1) // it lists its own as well
  const opened = openSync('/dev/null', 'r')
  expect(isWithin(readFootprint(process.pid), before)).toBe(false)
  closeSync(opened)
  expect(isWithin(readFootprint(process.pid), before)).toBe(true)
})

test('a child that was left behind is seen from outside', async () => {
  const before = readFootprint(process.pid)
  await using child = await startChild('sleep', ['60'])
  expect(child.pid).toBeGreaterThan(0)
  expect(isWithin({ ...readFootprint(process.pid), descriptors: 0 }, before)).toBe(false)
})
