import { expect, test } from 'vitest'
import type { Membership } from './membership.ts'
import { procTree } from './proc-tree-fixture.ts'
import { TreeMembership } from './tree-membership.ts'

const launcher = { pid: 10, startTime: 100 }
const pidsOf = (processes: ReturnType<Membership['living']>): number[] => processes.map(({ pid }) => pid)

test('children of every thread are members, and their children', () => {
  const { root } = procTree(
    { pid: 10, ppid: 1, start: 100, children: [[11], [12]] },
    { pid: 11, ppid: 10, start: 101 },
    { pid: 12, ppid: 10, start: 101, children: [[], [13]] },
    { pid: 13, ppid: 12, start: 102 },
  )
  expect(pidsOf(new TreeMembership(launcher, root).living())).toEqual([11, 12, 13])
})

test('a stranger who has the pid of a member is none, nor are his children', () => {
  const { root, set } = procTree(
    { pid: 10, ppid: 1, start: 100, children: [[11]] },
    { pid: 11, ppid: 10, start: 101 },
  )
  const membership = new TreeMembership(launcher, root)
  expect(pidsOf(membership.members())).toEqual([11])
  set({ pid: 10, ppid: 1, start: 100 })
  set({ pid: 11, ppid: 1, start: 500, children: [[13]] })
  set({ pid: 13, ppid: 11, start: 501 })
  expect(pidsOf(membership.members())).toEqual([])
  expect(pidsOf(membership.living())).toEqual([])
})

test.each([
  { what: 'has another parent by now', ppid: 999, start: 500 },
  { what: 'is older than its parent', ppid: 10, start: 99 },
])('who is listed as a child but $what is no member', ({ ppid, start }) => {
  const { root } = procTree({ pid: 10, ppid: 1, start: 100, children: [[11]] }, { pid: 11, ppid, start })
  const membership = new TreeMembership(launcher, root)
  expect(pidsOf(membership.members())).toEqual([])
  // Nor is it said that nobody is left: whom it had started before it went is not known.
  expect(membership.living()).toEqual([{ pid: 11, startTime: 0 }])
})

test('a stranger with the pid of the launcher has no job', () => {
  const { root } = procTree(
    { pid: 10, ppid: 1, start: 700, children: [[11]] },
    { pid: 11, ppid: 10, start: 701 },
  )
  expect(new TreeMembership(launcher, root).living()).toEqual([])
})

test('whom a killed launcher lost is a member as long as it lives, with all that it starts', () => {
  const { root, set, remove } = procTree(
    { pid: 10, ppid: 1, start: 100, children: [[11]] },
    { pid: 11, ppid: 10, start: 101 },
  )
  const membership = new TreeMembership(launcher, root)
  membership.members()
  remove(10)
  set({ pid: 11, ppid: 1, start: 101, children: [[12]] })
  set({ pid: 12, ppid: 11, start: 102 })
  expect(pidsOf(membership.living())).toEqual([11, 12])
})

test('the dead are members until somebody waits for them; a process whose first thread left lives', () => {
  const { root } = procTree(
    { pid: 10, ppid: 1, start: 100, children: [[11, 12]] },
    { pid: 11, ppid: 10, start: 101, state: 'Z' },
    { pid: 12, ppid: 10, start: 102, state: 'Z', threads: 2 },
  )
  const membership = new TreeMembership(launcher, root)
  expect(pidsOf(membership.members())).toEqual([11, 12])
  expect(pidsOf(membership.living())).toEqual([12])
})
