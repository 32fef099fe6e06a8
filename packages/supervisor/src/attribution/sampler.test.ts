import { expect, onTestFinished, test } from 'vitest'
import type { ProcessStat } from '../processes/index.ts'
import { LeafMembership } from './leaf-membership.ts'
import { procTree } from './proc-tree-fixture.ts'
import { Sampler } from './sampler.ts'

const first = { pid: 10, startTime: 100 }
const members: number[] = []

function sampler(root: string): Sampler {
  const made = new Sampler(first, 1_000_000, new LeafMembership(() => members, root), root)
  onTestFinished(() => made[Symbol.dispose]())
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

test('CPU time is that of all who were met, each as it was seen last', () => {
  const { root, set } = procTree({ pid: 11, ppid: 10, start: 101, ticks: 3 })
  members.splice(0, Infinity, 11)
  const watching = sampler(root)
  set({ pid: 11, ppid: 10, start: 101, ticks: 5 })
  watching.sample()
  set({ pid: 12, ppid: 10, start: 102, ticks: 7 })
  members.splice(0, Infinity, 12)
  watching.sample()
  expect(watching.cpuMs).toBe(120)
})

test('of 3,000 members all are counted, the first are named, and the rest is kept only while it is there', () => {
  const { root } = procTree()
  let there: readonly ProcessStat[] = []
  const watching = new Sampler(
    first,
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
  return { ...ids, comm: '', state: 'S', cpuMs: 0, childCpuMs: 0, rssBytes: 0, threads: 1 }
}
