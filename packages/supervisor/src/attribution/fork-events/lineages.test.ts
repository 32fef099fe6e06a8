import { expect, test } from 'vitest'
import { Lineages } from './lineages.ts'
import type { ProcEvent } from './proc-event.ts'

// Numbers that no kernel gives out, so that /proc knows nothing of them.
const SUPERVISOR = 5_000_000
const ROOT = 5_000_001
const CHILD = 5_000_002
const THREAD = 5_000_003

const fork = (parent: number, pid: number, at = 0): ProcEvent => {
  return { kind: 'fork', at, parent, pid, thread: false }
}
const thread = (pid: number): ProcEvent => ({ kind: 'fork', at: 0, parent: pid, pid, thread: true })
const exec = (pid: number): ProcEvent => ({ kind: 'exec', at: 0, pid })
const exit = (pid: number, status = 0, tid = pid): ProcEvent => ({ kind: 'exit', at: 0, pid, tid, status })

function after(...events: ProcEvent[]): Lineages {
  const lineages = new Lineages(SUPERVISOR)
  for (const event of events) lineages.see(event)
  return lineages
}

test('a pid that is used again belongs to whom its own parent belongs to', () => {
  const lineages = after(
    fork(SUPERVISOR, ROOT),
    fork(ROOT, CHILD),
    exit(CHILD),
    fork(1, CHILD),
    fork(CHILD, THREAD),
  )
  expect(lineages.report(ROOT, true)).toMatchObject({ count: 2, living: [{ pid: ROOT }] })
})

test('threads are not processes', () => {
  const lineages = after(fork(SUPERVISOR, ROOT), thread(ROOT), exit(ROOT, 0, THREAD))
  expect(lineages.report(ROOT, true)).toMatchObject({ count: 1, living: [{ pid: ROOT }] })
})

test('the most processes and threads that lived at once are told, however briefly they did', () => {
  const brief = [fork(ROOT, CHILD), thread(CHILD), exit(CHILD, 0, THREAD), exit(CHILD)]
  const lineages = after(fork(SUPERVISOR, ROOT), ...brief, ...brief, fork(ROOT, CHILD))
  expect(lineages.report(ROOT, false)).toMatchObject({ count: 4, mostAtOnce: 3 })
})

test('a process lives until its last thread has exited, and what it forks until then counts', () => {
  const lineages = after(fork(SUPERVISOR, ROOT), thread(ROOT), exit(ROOT), fork(ROOT, CHILD))
  expect(lineages.report(ROOT, true)).toMatchObject({ count: 2, living: [{ pid: ROOT }, { pid: CHILD }] })
  lineages.see(exit(ROOT, 3 << 8, THREAD))
  expect(lineages.report(ROOT, true).processes[0]).toMatchObject({
    alive: false,
    exit: { code: 3, signal: null },
  })
})

test('an exec by another thread ends the first thread, not the process', () => {
  const lineages = after(fork(SUPERVISOR, ROOT), thread(ROOT), exit(ROOT, 9), exec(ROOT), exit(ROOT, 1 << 8))
  expect(lineages.report(ROOT, true).processes[0]?.exit).toEqual({ code: 1, signal: null })
})

test('a core dump is a signal', () => {
  const lineages = after(fork(SUPERVISOR, ROOT), exit(ROOT, 0x80 | 11))
  expect(lineages.report(ROOT, true).processes[0]?.exit).toEqual({ code: null, signal: 11 })
})

test('an overflow marks who lived then, and who is forked until the queue has been read', () => {
  const lineages = after(fork(SUPERVISOR, 5_000_010), exit(5_000_010), fork(SUPERVISOR, ROOT))
  lineages.overflow(100)
  lineages.see(fork(SUPERVISOR, CHILD, 99))
  lineages.see(fork(SUPERVISOR, THREAD, 101))
  const lost = [5_000_010, ROOT, CHILD, THREAD].map((pid) => lineages.report(pid, false).lost)
  expect(lost).toEqual([false, true, true, false])
})

test('who is gone after an overflow has ended, its exit unknown', () => {
  const lineages = after(fork(SUPERVISOR, ROOT))
  lineages.overflow(100)
  lineages.see(fork(1, CHILD, 101))
  const [root] = lineages.report(ROOT, true).processes
  expect(root).toMatchObject({ alive: false })
  expect(root).not.toHaveProperty('exit')
})

test('a lineage with a dead process whose exit was not told is unsettled until it is given up', () => {
  const lineages = after(fork(SUPERVISOR, ROOT))
  expect(lineages.settle(ROOT, false)).toBe(false)
  lineages.settle(ROOT, true)
  expect(lineages.settle(ROOT, false)).toBe(true)
})

test('an unknown root is lost, not empty', () => {
  expect(after().report(ROOT, true)).toMatchObject({ count: 0, lost: true })
})

test('finished roots that nobody asks for are dropped, oldest first', () => {
  const lineages = after(fork(SUPERVISOR, ROOT))
  for (let pid = 6_000_000; pid <= 6_004_096; pid++) {
    lineages.see(fork(SUPERVISOR, pid))
    lineages.see(exit(pid))
  }
  const counts = [ROOT, 6_000_000, 6_000_001].map((pid) => lineages.report(pid, false).count)
  expect(counts).toEqual([1, 0, 1])
})

test('finished roots with many names are dropped sooner', () => {
  const lineages = after()
  for (let root = 7_000_000; root < 7_000_070; root++) {
    lineages.see(fork(SUPERVISOR, root))
    for (let pid = 8_000_000; pid < 8_001_000; pid++) lineages.see(fork(root, pid))
    for (let pid = 8_000_000; pid < 8_001_000; pid++) lineages.see(exit(pid))
    lineages.see(exit(root))
  }
  const counts = [7_000_000, 7_000_069].map((pid) => lineages.report(pid, false).count)
  expect(counts).toEqual([0, 1001])
})
