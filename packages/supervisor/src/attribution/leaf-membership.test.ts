import { expect, test } from 'vitest'
import { LeafMembership } from './leaf-membership.ts'
import { procTree } from './proc-tree-fixture.ts'

test('all of the leaf are members, whoever their parents are; the dead do not live', () => {
  const { root } = procTree(
    { pid: 11, ppid: 1, start: 101 },
    { pid: 12, ppid: 999, start: 102, state: 'Z' },
    { pid: 13, ppid: 1, start: 103 },
  )
  const membership = new LeafMembership(() => [11, 12, 14], root)
  expect(membership.members().map(({ pid }) => pid)).toEqual([11, 12])
  expect(membership.living().map(({ pid }) => pid)).toEqual([11])
})

test('a stranger who got the pid of a member between list and look is no member', () => {
  const { root, set } = procTree({ pid: 11, ppid: 1, start: 101 }, { pid: 12, ppid: 1, start: 102 })
  const lists = [[11, 12], [12]]
  const membership = new LeafMembership(() => {
    set({ pid: 11, ppid: 1, start: 500 })
    return lists.shift() ?? []
  }, root)
  expect(membership.members()).toMatchObject([{ pid: 12 }])
})
