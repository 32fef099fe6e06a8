import { expect, test, vi } from 'vitest'
import type { MemoryDisk } from '../store/memory-disk-fixture.ts'
import { MemoryStore } from '../store/memory-store-fixture.ts'
import { choices, random } from './choices-fixture.ts'
import { record } from './moments-fixture.ts'
import { checkNext, logPath } from './run-fixture.ts'

// Thousands of logs: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

test('whenever the power is cut, and whatever the disk had written by then, nothing is lost, nothing invented', async () => {
  const { run, moments } = await record()
  const calls = moments.map(({ call }) => call.split(' ')[0])
  expect(new Set(calls)).toEqual(
    new Set([...calls, 'append', 'sync', 'truncate', 'rename', 'remove', 'syncDirectory']),
  )
  expect(run.refused).toEqual(new Map())
  let tried = 0
  for (const [index, { call, disk, acknowledged }] of moments.entries()) {
    for (const choose of choices(48, index)) {
      const after = disk.afterPowerCut(choose)
      await checkNext(new MemoryStore(after, 'boot 2'), run, acknowledged).catch((error: unknown) => {
        throw new Error(`cut before call ${index} (${call}), way ${tried}: ${String(error)}`, {
          cause: error,
        })
      })
      tried++
    }
  }
  expect(tried).toBeGreaterThan(moments.length * 2)
})

test('a second power cut while the log is repaired after the first loses nothing either', async () => {
  const { run, moments } = await record()
  for (const [index, { disk, acknowledged }] of moments.entries()) {
    const choose = random(index)
    const after = disk.afterPowerCut(choose)
    const seconds: MemoryDisk[] = []
    after.onCall = () => seconds.push(after.clone())
    await checkNext(new MemoryStore(after, 'boot 2'), run, acknowledged)
    const second = seconds[choose(seconds.length)] ?? after
    const submitted = new Set([...run.submitted, 'next'])
    const store = new MemoryStore(second.afterPowerCut(choose), 'boot 3')
    await expect(checkNext(store, { submitted }, acknowledged, 'last')).resolves.toBeDefined()
  }
})

test('who appends after one that was killed before he synced loses nothing at the next power cut', async () => {
  const { run, moments } = await record()
  const killed = moments.filter(({ call }) => call === `sync ${logPath}`)
  for (const [index, { disk, acknowledged }] of killed.entries()) {
    const seconds: MemoryDisk[] = []
    disk.onCall = () => seconds.push(disk.clone())
    await checkNext(new MemoryStore(disk), run, acknowledged)
    const submitted = new Set([...run.submitted, 'next'])
    for (const second of seconds) {
      for (const choose of choices(24, index)) {
        const store = new MemoryStore(second.afterPowerCut(choose), 'boot 2')
        await checkNext(store, { submitted }, acknowledged, 'last')
      }
    }
  }
  expect(killed.length).toBeGreaterThan(10)
})

test('before a torn record is cut off, a copy of it is on the disk', async () => {
  const { moments } = await record()
  const cut = moments.find(({ call }) => call === `truncate ${logPath}`)
  for (const choose of choices(100, 0)) {
    const copy = cut?.disk.afterPowerCut(choose).names.get(`${logPath}.broken`)
    expect(copy?.seen.toString()).toBe('{"v":1,"seq":4,"ts":17')
  }
})

test.each([
  [
    'does not sync names',
    class extends MemoryStore {
      override async syncDirectory(): Promise<void> {}
    },
  ],
  [
    'renames without order',
    class extends MemoryStore {
      override async rename(from: string, to: string): Promise<void> {
        await super.rename(from, to)
        this.syncDirectory = async () => undefined
      }
    },
  ],
])('the check finds what is lost on a disk that %s', async (_what, Lying) => {
  const { run, moments } = await record((disk) => new Lying(disk))
  const found: string[] = []
  for (const [index, { disk, acknowledged }] of moments.entries()) {
    for (const choose of choices(48, index)) {
      const store = new MemoryStore(disk.afterPowerCut(choose), 'boot 2')
      await checkNext(store, run, acknowledged).catch((error: unknown) => found.push(String(error)))
    }
  }
  expect(found.length).toBeGreaterThan(0)
})
