import { expect, test } from 'vitest'
import { parseStat, ProcessSnapshot } from '../processes/index.ts'
import { checkZombies } from './zombies.ts'

function snapshotOf(...processes: readonly (readonly [pid: number, ppid: number])[]): ProcessSnapshot {
  const zombies = processes.flatMap(([pid, ppid]) => {
    const text = `${pid} (x) Z ${ppid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 1 0 0`
    return parseStat(text) ?? []
  })
  return new ProcessSnapshot(0, zombies)
}

test('the dead below one of our launchers are not counted, however deep', () => {
  const snapshot = snapshotOf([30, 20], [40, 30], [50, 40], [60, 1])
  expect(() => checkZombies(snapshot, 0, new Set([20]))).toThrow('1 zombie processes, the limit is 0')
  expect(() => checkZombies(snapshot, 1, new Set([20]))).not.toThrow()
})

test('processes that seem to be each other’s parents, read at different moments, are counted', () => {
  const snapshot = snapshotOf([30, 40], [40, 30], [50, 50])
  expect(() => checkZombies(snapshot, 0)).toThrow('3 zombie processes, the limit is 0')
})
