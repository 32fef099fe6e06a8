import { expect, onTestFinished, test } from 'vitest'
import { Census } from './census.ts'
import { type FakeProc, fakeProc } from './proc-fixture.ts'

function made(): {
  proc: FakeProc
  census: Census
  look: () => void
  cpuMs: () => number
  written: () => number
} {
  const proc = fakeProc()
  onTestFinished(() => proc[Symbol.dispose]())
  const census = new Census({ io: true, descriptors: false }, proc.root)
  return {
    proc,
    census,
    look: () => census.look(proc.members()),
    cpuMs: () => census.totals.counters.userMs + census.totals.counters.systemMs,
    written: () => census.totals.counters.writtenBytes,
  }
}

test('a child that was waited for counts once: it is in its parent’s counters', () => {
  const { proc, look, cpuMs, written } = made()
  proc.set({ pid: 10, ticks: 1, written: 5 }, { pid: 11, ppid: 10, ticks: 20, written: 100 })
  look()
  proc.set({ pid: 10, ticks: 1, waitedTicks: 20, written: 105 })
  look()
  expect(cpuMs()).toBe(210)
  expect(written()).toBe(105)
})

test('a child that somebody outside of the job reaped is not lost', () => {
  const { proc, look, cpuMs, written } = made()
  proc.set({ pid: 10, ticks: 1, written: 5 }, { pid: 11, ppid: 1, ticks: 20, written: 100 })
  look()
  proc.set({ pid: 10, ticks: 1, written: 5 })
  look()
  expect(cpuMs()).toBe(210)
  expect(written()).toBe(105)
})

test('a parent that ignores its children does not hide what they used', () => {
  const { proc, look, cpuMs, written } = made()
  proc.set({ pid: 10, ticks: 1, written: 5 }, { pid: 11, ppid: 10, ticks: 20, written: 100 })
  look()
  proc.set({ pid: 10, ticks: 1, written: 5 }) // SIGCHLD ignored: the kernel reaped, its counters did not rise
  look()
  expect(cpuMs()).toBe(210)
  expect(written()).toBe(105)
})

test('a whole branch that ended at once counts once', () => {
  const { proc, look, cpuMs } = made()
  proc.set({ pid: 10, ticks: 1 }, { pid: 11, ppid: 10, ticks: 20 }, { pid: 12, ppid: 11, ticks: 30 })
  look()
  proc.set({ pid: 10, ticks: 1, waitedTicks: 50 })
  look()
  expect(cpuMs()).toBe(510)
})

test('all that ended is still counted, and whoever used most is known', () => {
  const { proc, census, look, cpuMs } = made()
  proc.set({ pid: 10, ticks: 1 }, { pid: 11, ppid: 10, ticks: 20, comm: 'burner' })
  look()
  proc.set()
  look()
  expect(cpuMs()).toBe(210)
  expect(census.records.cpu?.comm).toBe('burner')
  expect(census.members).toEqual([])
})

test('bytes of a process that can no longer be read stay as they were', () => {
  const { proc, look, written } = made()
  proc.set({ pid: 10, written: 100 })
  look()
  proc.set({ pid: 10 })
  look()
  expect(written()).toBe(100)
})

test('a stranger who has a member’s pid is no member', () => {
  const { proc, census } = made()
  proc.set({ pid: 10, ticks: 99 })
  census.look([{ pid: 10, startTime: 7 }])
  expect(census.members).toEqual([])
})

test('threads count, and resident memory is that of all', () => {
  const { proc, census, look } = made()
  proc.set({ pid: 10, threads: 7, rssPages: 2 }, { pid: 11, ppid: 10, rssPages: 3 })
  look()
  expect(census.totals.tasks).toBe(8)
  expect(census.totals.rssBytes).toBe((census.totals.maxRssBytes / 3) * 5)
})

test('one look reads only so many members; the next look reads the others', () => {
  const { proc } = made()
  const census = new Census({ io: false, descriptors: false }, proc.root, 20)
  proc.set(...Array.from({ length: 33 }, (_, index) => ({ pid: 1000 + index })))
  census.look(proc.members())
  expect(census.totals.tasks).toBe(20)
  census.look(proc.members())
  expect(census.totals.tasks).toBe(33)
})
