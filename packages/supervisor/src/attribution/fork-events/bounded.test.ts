import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { mostOurs } from '../ours.ts'
import { mostNamed } from './lineage.ts'
import { Lineages } from './lineages.ts'

const SUPERVISOR = 5_000_000
const ROOT = 5_000_001
const CHILDREN = 100_000

/** Bytes in use once all garbage has been collected. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
  return process.memoryUsage().heapUsed
}

function fork(lineages: Lineages, parent: number, pid: number): void {
  lineages.see({ kind: 'fork', at: 0, parent, pid, thread: false })
}

function exit(lineages: Lineages, pid: number): void {
  lineages.see({ kind: 'exit', at: 0, pid, tid: pid, status: 0 })
}

test('100,000 children are counted, the first named, and those without a name take no memory when gone', () => {
  const lineages = new Lineages(SUPERVISOR)
  fork(lineages, SUPERVISOR, ROOT)
  for (let pid = 6_000_000; pid < 6_002_000; pid++) {
    fork(lineages, ROOT, pid)
    exit(lineages, pid)
  }
  const before = heapUsed()
  for (let pid = 6_002_000; pid < 6_000_000 + CHILDREN; pid++) {
    fork(lineages, ROOT, pid)
    exit(lineages, pid)
  }
  const growth = heapUsed() - before
  expect(growth).toBeLessThan(1_000_000) // 10 bytes a child; a member takes more than 100
  const { count, processes, living } = lineages.report(ROOT, true)
  expect({ count, named: processes.length }).toEqual({ count: CHILDREN + 1, named: mostNamed + mostOurs })
  expect(living).toHaveLength(1)
})

test('while they live they are kept: the measure sees it', () => {
  const lineages = new Lineages(SUPERVISOR)
  fork(lineages, SUPERVISOR, ROOT)
  const before = heapUsed()
  for (let pid = 6_000_000; pid < 6_000_000 + CHILDREN; pid++) fork(lineages, ROOT, pid)
  expect(heapUsed() - before).toBeGreaterThan(5_000_000)
  expect(lineages.report(ROOT, false).living).toHaveLength(CHILDREN + 1)
})
