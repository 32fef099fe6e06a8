import { existsSync } from 'node:fs'
import process from 'node:process'
import { expect, test } from 'vitest'
import { headers, readSyscallTable, type SyscallTable } from '../../../../tools/syscall-table.ts'
import { LAST_KNOWN, SYSCALLS, syscallNumber } from './syscalls.ts'

const hasHeaders = process.env['CI'] !== undefined || Object.values(headers).every((path) => existsSync(path))
const without = hasHeaders ? '' : ' (skipped: package linux-libc-dev is not installed)'

/** Headers of other kernels know fewer calls, or younger ones. */
function upTo(last: number, table: SyscallTable): SyscallTable {
  return Object.fromEntries(Object.entries(table).filter(([, numbers]) => Math.max(...numbers) <= last))
}

test.runIf(hasHeaders)(`the table is what the headers of the kernel say${without}`, () => {
  const theirs = readSyscallTable()
  const common = Math.min(LAST_KNOWN, Math.max(...Object.values(theirs).flat()))
  expect(common).toBeGreaterThan(400)
  expect(upTo(common, SYSCALLS)).toEqual(upTo(common, theirs))
})

test('a number stands for one call of an architecture', () => {
  for (const arch of [0, 1] as const) {
    const numbers = Object.values(SYSCALLS).map((pair) => pair[arch])
    const known = numbers.filter((number) => number >= 0)
    expect(new Set(known).size).toBe(known.length)
    expect(Math.max(...known)).toBe(LAST_KNOWN)
  }
})

test('a call has the number of its architecture, or -1', () => {
  expect([syscallNumber('read', 'x64'), syscallNumber('read', 'arm64')]).toEqual([0, 63])
  expect([syscallNumber('open', 'x64'), syscallNumber('open', 'arm64')]).toEqual([2, -1])
})
