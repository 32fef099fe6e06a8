import { expect, test } from 'vitest'
import type { ProcessIdentity } from '../processes/index.ts'
import { type Account, ExactAttribution, type Fallback } from './exact.ts'
import type { Lineage } from './fork-events/lineage.ts'
import type { SpawnedProcess } from './spawned-process.ts'

const launcher = { pid: 10, startTime: 100 }
const ours = { launcher, own: new Set(['10:100', '11:101']) }

function spawned(pid: number, startTime: number): SpawnedProcess {
  return { pid, ppid: 1, startTime, comm: 'x', alive: false }
}

function account(pids: readonly number[], lost = false): Account {
  const processes = pids.map((pid) => spawned(pid, pid + 90))
  const lineage: Lineage = { processes, count: processes.length, living: processes, lost }
  return {
    lineage: async () => lineage,
    alive: async () => lineage,
    forget: () => undefined,
    countNow: () => undefined,
  }
}

function looking(living: readonly ProcessIdentity[], ...named: readonly SpawnedProcess[]): Fallback {
  return {
    isExact: true,
    living: async () => living,
    lineage: async () => ({
      processes: named,
      count: named.length + 7,
      living: [],
      lost: false,
      method: 'sampled',
    }),
    isOursAlone: () => named.length === 0,
    [Symbol.dispose]: () => undefined,
  }
}

test('ours are killed, but for the launcher, and neither named nor counted', async () => {
  const exact = new ExactAttribution(account([10, 11, 12, 13]), launcher, looking([]), ours)
  expect((await exact.living()).map(({ pid }) => pid)).toEqual([11, 12, 13])
  const { processes, count, living, method, lost } = await exact.lineage()
  expect([processes, living].map((of) => of.map(({ pid }) => pid))).toEqual([
    [12, 13],
    [12, 13],
  ])
  expect({ count, method, lost }).toEqual({ count: 2, method: 'exact', lost: false })
})

test('a start time of ours that is a tick off is still of ours', async () => {
  const own = new Set(['10:100', '11:102'])
  const exact = new ExactAttribution(account([10, 11, 12]), launcher, looking([]), { launcher, own })
  expect(await exact.lineage()).toMatchObject({ count: 1 })
})

test('who is found when nobody should be left makes the account a lossy one', async () => {
  const exact = new ExactAttribution(account([10]), launcher, looking([spawned(20, 110)]), ours)
  expect(await exact.lineage()).toMatchObject({ method: 'exact', lost: false })
  expect(await exact.living()).toMatchObject([{ pid: 20 }])
  expect(await exact.lineage()).toMatchObject({ method: 'sampled', lost: true })
})

test('who was met but of whom no event told is named, and is loss', async () => {
  const met = [spawned(12, 102), spawned(13, 102), spawned(20, 110)]
  const exact = new ExactAttribution(account([10, 11, 12, 13]), launcher, looking([], ...met), ours)
  const { processes, method, lost } = await exact.lineage()
  expect(processes.map(({ pid }) => pid)).toEqual([12, 13, 20]) // a tick off is the same
  expect({ method, lost }).toEqual({ method: 'sampled', lost: true })
})

test('events that were dropped are loss: what was seen fills up, nobody twice, and all are counted', async () => {
  const fallback = looking([], spawned(12, 103), spawned(14, 104))
  const exact = new ExactAttribution(account([10, 11, 12], true), launcher, fallback, ours)
  const { processes, count, method, lost } = await exact.lineage()
  expect(processes.map(({ pid }) => pid)).toEqual([12, 14])
  expect({ count, method, lost }).toEqual({ count: 9, method: 'sampled', lost: true })
})

test('who was gone before the listener asked has the name under which it was met', async () => {
  const own = { ...spawned(12, 103), comm: 'make', exe: '/usr/bin/make', pidInside: 2 }
  const unchanged = { ...spawned(13, 103), exe: '/bin/sh' } // met before its exec: not what it became
  const exact = new ExactAttribution(account([10, 12, 13]), launcher, looking([], own, unchanged), ours)
  const { processes, method } = await exact.lineage()
  expect(processes).toEqual([{ ...own, startTime: 102 }, spawned(13, 103)])
  expect(method).toBe('exact')
})

test('a listener that has ended is loss', async () => {
  const gone: Account = {
    lineage: () => Promise.reject(new Error('ended')),
    alive: () => Promise.reject(new Error('ended')),
    forget: () => undefined,
    countNow: () => undefined,
  }
  const exact = new ExactAttribution(gone, launcher, looking([spawned(12, 102)], spawned(12, 102)), ours)
  expect(await exact.living()).toMatchObject([{ pid: 12 }])
  expect(await exact.lineage()).toMatchObject({ method: 'sampled', lost: true, count: 8 })
})

test('when the account can be read at once and has ours alone, nobody is asked for', async () => {
  expect(await lineageOf(2)).toMatchObject({ count: 0, method: 'exact', lost: false })
  expect(await lineageOf(3)).toMatchObject({ count: 1, method: 'exact' })
  expect(await lineageOf(undefined)).toMatchObject({ count: 1, method: 'exact' })
  expect(await lineageOf(2, spawned(20, 110))).toMatchObject({ method: 'sampled', lost: true })
})

/** Of an account that tells three when it is asked, and this at once. */
async function lineageOf(now: number | undefined, ...met: SpawnedProcess[]): Promise<unknown> {
  const told: Account = { ...account([10, 11, 12]), countNow: () => now }
  return new ExactAttribution(told, launcher, looking([], ...met), ours).lineage()
}
