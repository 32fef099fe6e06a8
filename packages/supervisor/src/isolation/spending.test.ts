import { statSync } from 'node:fs'
import process from 'node:process'
import { expect, test, vi } from 'vitest'
import { readSpending } from './spending.ts'

test('time in the kernel is told apart from time in the program', async () => {
  const before = readSpending(process.pid)
  if (before === undefined) throw new Error('we cannot be read')
  await vi.waitFor(() => {
    for (let i = 0; i < 5000; i += 1) statSync('/')
    const now = readSpending(process.pid)
    expect(now?.systemMs).toBeGreaterThan(before.systemMs)
    expect(now?.userMs).toBeGreaterThan(before.userMs)
  }, 5000)
})
