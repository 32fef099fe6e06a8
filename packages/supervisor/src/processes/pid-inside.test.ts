import { expect, test } from 'vitest'
import { fixtureTree } from '../telemetry/fixture-tree.ts'
import { parsePidInside, readPidInside } from './pid-inside.ts'

test.each([
  { what: 'of one namespace below ours', status: 'Name:\tsh\nNSpid:\t500\t3\n', inside: 3 },
  { what: 'of two, the outer one', status: 'Name:\tsh\nNSpid:\t500\t3\t1\n', inside: 3 },
  { what: 'none in our own', status: 'Name:\tsh\nNSpid:\t500\n', inside: undefined },
  { what: 'none of a kernel that does not tell', status: 'Name:\tsh\n', inside: undefined },
  // The kernel writes a newline in a name as two characters.
  { what: 'a name forges nothing', status: 'Name:\t\\nNSpid:\t1\t2\nNSpid:\t500\t3\n', inside: 3 },
])('the pid inside: $what', ({ status, inside }) => {
  expect(parsePidInside(status)).toBe(inside)
})

test('is read from /proc; a process that is gone has none', () => {
  using tree = fixtureTree({ '/proc/500/status': 'Name:\tsh\nNSpid:\t500\t3\n' })
  expect(readPidInside(500, tree.root)).toBe(3)
  expect(readPidInside(501, tree.root)).toBeUndefined()
  expect(readPidInside(process.pid)).toBeUndefined()
})
