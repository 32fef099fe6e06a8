import { expect, onTestFinished, test } from 'vitest'
import type { ProcessStat } from '../processes/index.ts'
import { LeafMembership } from './leaf-membership.ts'
import { procTree } from './proc-tree-fixture.ts'
import { Sampler } from './sampler.ts'

const members: number[] = []

function sampler(root: string): Sampler {
  const made = new Sampler(1_000_000, new LeafMembership(() => members, root), root)
  onTestFinished(() => made[Symbol.dispose]())
  made.sample()
  return made
}

test('who was met keeps its name when it is gone, and its pid may be used again by another member', () => {
  const { root, set } = procTree({ pid: 11, ppid: 10, start: 101, pidInside: 3 })
  members.splice(0, Infinity, 11)
  const watching = sampler(root)
  set({ pid: 11, ppid: 10, start: 500, pidInside: 4 })
  watching.sample()
  members.splice(0)
  watching.sample()
  expect(watching.count).toBe(2)
  expect(watching.seen).toEqual([
    { pid: 11, pidInside: 3, ppid: 10, startTime: 101, comm: 'p101' },
    { pid: 11, pidInside: 4, ppid: 10, startTime: 500, comm: 'p500' },
  ])
})

test('of 3,000 members all are counted, the first are named, and the rest is kept only while it is there', () => {
  const { root } = procTree()
  let there: readonly ProcessStat[] = []
  const watching = new Sampler(
    1_000_000,
    { method: 'sampled', members: () => there, living: () => there },
    root,
  )
  onTestFinished(() => watching[Symbol.dispose]())
  for (let pid = 100_000; pid < 103_000; pid += 10) {
    there = Array.from({ length: 10 }, (_, index) => statOf(pid + index))
    watching.sample()
  }
  expect(watching.count).toBe(3000)
  expect(watching.seen).toHaveLength(1008 + 10)
  there = []
  watching.sample()
  expect(watching.seen).toHaveLength(1008)
})

function statOf(pid: number): ProcessStat {
  const ids = { pid, ppid: 10, pgid: 10, session: 10, startTime: pid }
  const times = { userMs: 0, systemMs: 0, cpuMs: 0, waitedUserMs: 0, waitedSystemMs: 0 }
  return { ...ids, ...times, comm: '', state: 'S', rssBytes: 0, threads: 1 }
}
