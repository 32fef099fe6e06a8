import { expect, test } from 'vitest'
import { startChild } from './child-fixture.ts'
import type { ProcessInfo } from './process-info.ts'
import { ProcessSnapshot } from './snapshot.ts'
import { identifySpawnedPids } from './spawned-pids.ts'

function processOf(pid: number, startTime: number): ProcessInfo {
  const ids = { pid, startTime, ppid: 1, pgid: 1, session: 1, uid: 0 }
  const times = { userMs: 0, systemMs: 0, cpuMs: 0, waitedUserMs: 0, waitedSystemMs: 0 }
  return { ...ids, ...times, comm: '', state: 'S', rssBytes: 0, threads: 1 }
}

function snapshotOf(...identities: ReadonlyArray<[pid: number, startTime: number]>): ProcessSnapshot {
  return new ProcessSnapshot(
    0,
    identities.map(([pid, startTime]) => processOf(pid, startTime)),
  )
}

test('names what is new, not what stayed or ended', () => {
  expect(identifySpawnedPids(snapshotOf([1, 0], [7, 50]), snapshotOf([1, 0], [8, 60]))).toEqual([8])
})

test('a pid that was used again is new', () => {
  expect(identifySpawnedPids(snapshotOf([7, 50]), snapshotOf([7, 51]))).toEqual([7])
})

test('finds a real process', async () => {
  const before = await ProcessSnapshot.capture()
  await using child = await startChild('sleep', ['5'])
  expect(identifySpawnedPids(before, await ProcessSnapshot.capture())).toContain(child.pid)
})
