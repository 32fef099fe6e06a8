import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, readSync, writeSync } from 'node:fs'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Counts } from './counts.ts'
import { ForkEvents } from './fork-events.ts'
import { makePipe } from '../../linux/pipe.ts'
import { Tally } from './tally.ts'

const opened = await ForkEvents.open()
const isHere = opened instanceof ForkEvents
if (!isHere) console.warn(`fork events: ${opened.unavailable}`)

describe.skipIf(!isHere)('counts that are read without asking', { timeout: 30_000 }, () => {
  afterAll(() => events()[Symbol.asyncDispose]())

  test('a count that is told at once has every fork in it that returned before', async ({ annotate }) => {
    const root = await shell()
    const isQuiet = (): boolean => events().countNow(root.pid) !== undefined
    const late: number[] = []
    let told = 0
    for (let forks = 1; forks <= 300; forks++) {
      await root.fork()
      const count = events().countNow(root.pid)
      if (count !== undefined) told++
      if (count !== undefined && count !== 1 + forks) late.push(forks)
      // Lets the listener come to its end now and then.
      if (forks % 3 === 0) await vi.waitUntil(isQuiet, { interval: 1 })
    }
    expect(late).toEqual([])
    await annotate(`${told} of 300 were told at once, right after the fork`)
  })

  test('of a root that was asked for once, or was forgotten, nothing is told', async () => {
    const child = start()
    await events().lineage(child.pid)
    expect(events().countNow(child.pid)).toBeUndefined()
    await events().lineage(child.pid)
    await expect.poll(() => events().countNow(child.pid)).toBe(1)
    events().forget(child.pid)
    expect(events().countNow(child.pid)).toBeUndefined()
  })

  test('a root that has the place of one that was forgotten has its own count', async () => {
    const [first, second] = [await shell(), start()]
    for (let forks = 0; forks < 5; forks++) await first.fork()
    events().forget(first.pid)
    await events().lineage(second.pid)
    await events().lineage(second.pid)
    await expect.poll(() => events().countNow(second.pid)).toBe(1)
    await first.fork()
    await expect.poll(() => events().countNow(second.pid)).toBe(1)
  })
})

test('there are 4,096 places; who got none is asked for', () => {
  const counts = new Counts(0)
  const places = Array.from({ length: 4097 }, (_, root) => counts.placeOf(root))
  expect(new Set(places.map((place) => place?.slot)).size).toBe(4097)
  expect(places[4096]).toBeUndefined()
  counts.release(7)
  expect(counts.placeOf(5000)?.slot).toBe(places[7]?.slot)
  expect(counts.read(5000)).toBeUndefined()
})

test('a count is told only when nothing is queued and the listener is not at work', () => {
  const { readEnd, writeEnd } = makePipe()
  onTestFinished(() => [readEnd, writeEnd].forEach((end) => closeSync(end)))
  const counts = new Counts(readEnd)
  const tally = new Tally(counts.memory)
  const place = counts.placeOf(10)
  if (place === undefined) throw new Error('there is no place')
  place.isBound = true
  tally.write(place.slot, 3)
  expect(counts.read(10)).toBeUndefined() // the listener has not begun
  tally.isBusy = false
  expect(counts.read(10)).toBe(3)
  writeSync(writeEnd, 'event')
  expect(counts.read(10)).toBeUndefined()
  readSync(readEnd, Buffer.alloc(8))
  tally.isBusy = true
  expect(counts.read(10)).toBeUndefined()
  tally.isBusy = false
  expect(counts.read(10)).toBe(3)
  tally.write(place.slot, undefined) // events were lost
  expect(counts.read(10)).toBeUndefined()
})

function events(): ForkEvents {
  if (opened instanceof ForkEvents) return opened
  throw new Error(opened.unavailable)
}

type Started = ChildProcessWithoutNullStreams & { readonly pid: number }

/** A shell that forks once for each line that it is given, and says so. */
function start(): Started {
  const child = spawn('sh', ['-c', 'while read line; do (:); echo forked; done'])
  onTestFinished(() => void child.kill('SIGKILL'))
  const { pid } = child
  if (pid === undefined) throw new Error('sh did not start')
  return Object.assign(child, { pid })
}

/** The same, asked for often enough that its count can be told at once. */
async function shell(): Promise<{ pid: number; fork(): Promise<unknown> }> {
  const child = start()
  await events().lineage(child.pid)
  await events().lineage(child.pid)
  await expect.poll(() => events().countNow(child.pid)).toBe(1)
  return {
    pid: child.pid,
    fork: () => {
      child.stdin.write('\n')
      return once(child.stdout, 'data')
    },
  }
}
