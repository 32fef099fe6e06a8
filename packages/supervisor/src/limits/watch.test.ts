import { expect, onTestFinished, test, vi } from 'vitest'
import type { LeafUsage } from '../control-groups/leaf-usage.ts'
import type { LimitPlan } from './plan.ts'
import { type FakeProc, fakeProc } from './proc-fixture.ts'
import { LimitWatch, type WatchSources } from './watch.ts'

const killed = { code: null, signal: 'SIGKILL' }
const well = { code: 0, signal: null }
const mebibyte = 1_048_576

/** A watch over a made /proc and a made control group; it looks only when told. */
function made(
  plan: Partial<Pick<LimitPlan, 'leaf' | 'watched'>>,
  more: Partial<WatchSources> = {},
): { proc: FakeProc; leaf: { now: LeafUsage }; watch: LimitWatch } {
  vi.useFakeTimers()
  const proc = fakeProc()
  const leaf: { now: LeafUsage } = { now: {} }
  const watch = new LimitWatch(
    { leaf: {}, watched: {}, ...plan },
    {
      leafUsage: () => leaf.now,
      members: () => proc.members(),
      outputBytes: () => 0,
      messages: () => 0,
      tmpfs: [],
      writable: [],
      root: proc.root,
      ...more,
    },
  )
  onTestFinished(() => {
    vi.useRealTimers()
    watch[Symbol.dispose]()
    proc[Symbol.dispose]()
  })
  return { proc, leaf, watch }
}

const inMemory = { leaf: { memoryBytes: 1000 }, watched: { memoryBytes: 1000 } }
const inProcesses = { leaf: { processes: 8 }, watched: { processes: 8 } }

test('a kill for lack of memory between two looks is found after the end', async () => {
  const { leaf, watch } = made(inMemory)
  watch.look()
  leaf.now = { oomKills: 1, memoryPeakBytes: 1000, memoryEventsMax: 3 }
  expect(await watch.finish(killed)).toEqual({ limit: 'memory', allowed: 1000, peak: 1000 })
})

test('a kill of ours is no lack of memory', async () => {
  const { leaf, watch } = made(inMemory)
  leaf.now = { oomKills: 0, memoryPeakBytes: 1000, memoryEventsMax: 3 }
  expect(await watch.finish(killed)).toBeUndefined()
})

test('a kill because the machine is full is told apart from the job’s own ceiling', async () => {
  const memoryBytes = 100 * mebibyte
  const { leaf, watch } = made({ leaf: { memoryBytes }, watched: { memoryBytes } })
  leaf.now = { oomKills: 1, memoryPeakBytes: 30 * mebibyte, memoryEventsMax: 0 }
  expect(await watch.finish(killed)).toMatchObject({ isMachineFull: true, peak: 30 * mebibyte })
})

test('a kill right below the ceiling is the job’s own, though no event was counted', async () => {
  const memoryBytes = 100 * mebibyte
  const { leaf, watch } = made({ leaf: { memoryBytes }, watched: { memoryBytes } })
  leaf.now = { oomKills: 1, memoryPeakBytes: 98 * mebibyte, memoryEventsMax: 0 }
  expect(await watch.finish(killed)).not.toHaveProperty('isMachineFull')
})

test('whoever the kernel killed for memory is named from the look before', async () => {
  const { proc, leaf, watch } = made(inMemory)
  proc.set({ pid: 10, rssPages: 1, comm: 'sh' }, { pid: 11, ppid: 10, rssPages: 9, comm: 'hog' })
  leaf.now = { memoryPeakBytes: 600 }
  watch.look()
  proc.set({ pid: 10, rssPages: 1, comm: 'sh' })
  leaf.now = { memoryPeakBytes: 1000, oomKills: 1 }
  watch.look()
  expect(await watch.tripped).toMatchObject({
    limit: 'memory',
    culprit: { pid: 11, comm: 'hog', share: 0.9 },
  })
})

test('far below the ceiling nobody is looked at: the group’s counters are enough', () => {
  const members = vi.fn<WatchSources['members']>(() => [])
  const { leaf, watch } = made(inMemory, { members })
  leaf.now = { memoryPeakBytes: 125, cpuMs: 5 }
  watch.look()
  expect(members).not.toHaveBeenCalled()
  leaf.now = { memoryPeakBytes: 126, cpuMs: 5 }
  watch.look()
  watch.look()
  expect(members).toHaveBeenCalledTimes(1)
})

test('one refused fork trips at once, for a fork bomb never ends by itself', async () => {
  const { proc, leaf, watch } = made(inProcesses)
  proc.set({ pid: 10, comm: 'bomb' }, { pid: 11, ppid: 10 }, { pid: 12, ppid: 10, threads: 2 })
  leaf.now = { pidsEvents: 1, pidsPeak: 8 }
  watch.look()
  expect(await watch.tripped).toEqual({
    limit: 'processes',
    allowed: 8,
    peak: 8,
    culprit: { pid: 10, comm: 'bomb', share: 1 },
  })
})

test('forks that our own kill made the kernel refuse are no breach', async () => {
  const { leaf, watch } = made(inProcesses)
  watch.lookBeforeKill()
  leaf.now = { pidsEvents: 3, pidsPeak: 4 }
  expect(await watch.finish(killed)).toBeUndefined()
})

test('counters of a group say nothing of a ceiling that is not its own', async () => {
  const { leaf, watch } = made({ watched: { outputBytes: 5 } })
  leaf.now = { pidsEvents: 9, oomKills: 9 }
  expect(await watch.finish(well)).toBeUndefined()
})

test('exactly the ceiling is allowed, one more is not', async () => {
  let outputBytes = 5
  const { watch } = made({ watched: { outputBytes: 5 } }, { outputBytes: () => outputBytes })
  expect(watch.look()).toBeUndefined()
  outputBytes = 6
  watch.look()
  expect(await watch.tripped).toEqual({ limit: 'output', allowed: 5, peak: 6 })
  expect(await watch.finish(killed)).toMatchObject({ peak: 6 })
})

test('messages are counted', async () => {
  const { watch } = made({ watched: { messages: 2 } }, { messages: () => 3 })
  expect(await watch.tripped).toEqual({ limit: 'messages', allowed: 2, peak: 3 })
})

test('CPU time comes from the group where there is one, else from the members', async () => {
  const { proc, leaf, watch } = made({ watched: { cpuTimeMs: 100 } })
  proc.set({ pid: 10, ticks: 99 })
  leaf.now = { cpuMs: 100 }
  watch.look()
  expect(await watch.finish(well)).toBeUndefined()

  const without = made({ watched: { cpuTimeMs: 100 } }, { leafUsage: undefined })
  without.proc.set({ pid: 10, ticks: 9, waitedTicks: 2 })
  without.watch.look()
  expect(await without.watch.tripped).toMatchObject({ limit: 'cpu_time', peak: 110 })
})

test('CPU time that only the launcher knew of counts after the end', async () => {
  const { watch } = made({ watched: { cpuTimeMs: 100 } })
  expect(await watch.finish({ ...well, cpuMs: 101 })).toMatchObject({ limit: 'cpu_time', peak: 101 })
})

test('pages that many share do not make a job too large; pages of its own do', async () => {
  const limit = 100 * mebibyte
  const { proc, watch } = made({ watched: { memoryBytes: limit } }, { leafUsage: undefined })
  const crowd = (pssKb: number): void =>
    proc.set(...[10, 11, 12, 13].map((pid) => ({ pid, rssPages: 10_000, pssKb })))
  crowd(20 * 1024)
  watch.look()
  expect(watch.peaks.memoryPeakBytes).toBe(80 * mebibyte)
  expect(await watch.finish(well)).toBeUndefined()

  const other = made({ watched: { memoryBytes: limit } }, { leafUsage: undefined })
  other.proc.set(...[10, 11, 12, 13].map((pid) => ({ pid, rssPages: 10_000, pssKb: 30 * 1024 })))
  other.watch.look()
  expect(await other.watch.tripped).toMatchObject({ limit: 'memory', peak: 120 * mebibyte })
})

test('with no ceiling to look after there is no timer', () => {
  made({})
  expect(vi.getTimerCount()).toBe(0)
  made({ watched: { messages: 9 } })
  expect(vi.getTimerCount()).toBe(1)
})

test('after a breach, the end or disposing there is no timer', async () => {
  made({ watched: { messages: 2 } }, { messages: () => 3 })
  expect(vi.getTimerCount()).toBe(0)
  const { watch } = made({ watched: { messages: 2 } })
  await watch.finish(well)
  expect(vi.getTimerCount()).toBe(0)
  made({ watched: { messages: 2 } }).watch[Symbol.dispose]()
  expect(vi.getTimerCount()).toBe(0)
})

test('the timer finds a breach by itself', async () => {
  let messages = 0
  const { watch } = made({ watched: { messages: 2 } }, { messages: () => messages })
  await vi.advanceTimersByTimeAsync(1000)
  messages = 3
  await vi.advanceTimersByTimeAsync(60)
  expect(await watch.tripped).toMatchObject({ limit: 'messages' })
})
