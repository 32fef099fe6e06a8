import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readStat } from '../processes/index.ts'
import { make, testControlGroups } from './conformance-fixture.ts'
import type { ControlGroups } from './control-groups.ts'
import { openControlGroups } from './open.ts'
import { openReal, runIn, until } from './real-fixture.ts'

const isRoot = process.getuid?.() === 0
const own = await kindsHere()
if (own.length === 0) console.warn(`skipped: ${isRoot ? 'no control groups to be had' : 'not root'}`)

describe
  .skipIf(own.length === 0 && !(isRoot && process.env['CI'] !== undefined))
  .each(own.length === 0 ? ['none'] : own)('the real hierarchies as %s', { timeout: 30_000 }, (kind) => {
  const open = (): Promise<ControlGroups> => openReal(kind === 'v1')
  testControlGroups(kind, open)

  test('300 daemons in sessions of their own outlive a kill of the process group, not of the leaf', async () => {
    const leaf = await make(await open())
    const child = runIn(leaf, 'for i in $(seq 300); do setsid sleep 1000 & done; wait')
    await until('300 daemons', () => leaf.pids().filter(isAsleep).length === 300)
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    await once(child, 'exit')
    expect(leaf.pids()).toHaveLength(300)
    await leaf.kill()
    await leaf.whenEmpty()
    expect(leaf.pids()).toEqual([])
  })

  test('a storm of forks outlives signals to all that are listed, not a kill of the leaf', async () => {
    const leaf = await make(await open())
    leaf.limit({ processes: 2000 })
    runIn(leaf, 'f() { sleep 0.05; f & f & }; f & exec sleep 1000')
    await until('a storm', () => leaf.pids().length > 20)
    const listed = leaf.pids()
    const isNew = (pid: number): boolean => !listed.includes(pid)
    await until('more', () => leaf.pids().some(isNew)) // no list is as young as what it tells of
    for (const pid of listed) kill(pid)
    await until('new members', () => leaf.pids().some(isNew))
    await leaf.kill()
    await leaf.whenEmpty()
    expect(leaf.pids()).toEqual([])
  })

  test('the stopped die too', async () => {
    const leaf = await make(await open())
    runIn(leaf, '(kill -STOP $$) & sleep 1000')
    await until('a stopped process', () => leaf.pids().some((pid) => stateOf(pid) === 'T'))
    await leaf[Symbol.asyncDispose]()
    expect(leaf.pids()).toEqual([])
  })

  test('memory over the ceiling is an OOM kill, which usage tells after the end', async () => {
    const leaf = await make(await open())
    leaf.limit({ memoryBytes: 2 ** 25 })
    await ended(runIn(leaf, 'head -c 100M /dev/zero | tail -n 1'))
    await leaf.whenEmpty()
    const { oomKills, memoryPeakBytes, memoryEventsMax } = leaf.usage()
    expect(oomKills).toBeGreaterThan(0)
    expect(memoryPeakBytes).toBeLessThanOrEqual(2 ** 25)
    expect(memoryPeakBytes).toBeGreaterThan(2 ** 24)
    expect(memoryEventsMax).toBeGreaterThan(0)
  })

  test('a kill by us is no OOM kill', async () => {
    const leaf = await make(await open())
    leaf.limit({ memoryBytes: 2 ** 25 })
    runIn(leaf, 'exec sleep 1000')
    await until('the sleeper', () => leaf.pids().length > 0)
    await leaf.kill()
    await leaf.whenEmpty()
    expect(leaf.usage().oomKills).toBe(0)
  })

  test('forks over the ceiling are refused and counted', async () => {
    const leaf = await make(await open())
    leaf.limit({ processes: 10 })
    runIn(leaf, 'for i in $(seq 30); do sleep 1000 & done; wait')
    await until('a refusal', () => (leaf.usage().pidsEvents ?? 0) > 0)
    expect(leaf.pids().length).toBeLessThanOrEqual(10)
    expect(leaf.usage().pidsPeak ?? 10).toBe(10)
  })

  test('more than the share of the processors is throttled, and a kill lifts that', async () => {
    const leaf = await make(await open())
    leaf.limit({ cpuShare: 0.1 })
    runIn(leaf, 'while :; do :; done & while :; do :; done')
    await until('throttling', () => (leaf.usage().throttledMs ?? 0) > 0)
    await leaf.kill()
    await leaf.whenEmpty()
    const { cpuMs = 0, userMs = 0, systemMs = 0 } = leaf.usage()
    expect(cpuMs).toBeGreaterThan(0)
    expect(userMs + systemMs).toBeCloseTo(cpuMs)
    expect(quotaOf(leaf.joins)).toMatch(/^(-1|max .*)$/u)
  })

  test('who had joined only some of the hierarchies dies too', async () => {
    const leaf = await make(await open())
    const joins = leaf.joins.slice(-1)
    runIn({ joins }, 'exec sleep 1000')
    await until('the half-joined', () => read(joins[0]).trim() !== '')
    await leaf[Symbol.asyncDispose]()
    expect(leaf.joins.filter((file) => existsSync(file))).toEqual([])
  })

  test('groups that the job made below are emptied and removed', async () => {
    const leaf = await make(await open())
    const below = leaf.joins.map((file) => `${dirname(file)}/below`)
    for (const directory of below) mkdirSync(`${directory}/deeper`, { recursive: true })
    runIn({ joins: below.map((directory) => `${directory}/deeper/cgroup.procs`) }, 'exec sleep 1000')
    await until('the hidden', () => leaf.pids().length > 0)
    await leaf[Symbol.asyncDispose]()
    expect(leaf.joins.filter((file) => existsSync(dirname(file)))).toEqual([])
  })

  test('the end of the last process is told, and waiting can be given up', async () => {
    const leaf = await make(await open())
    const child = runIn(leaf, 'exec sleep 1000')
    await until('the reader', () => leaf.pids().length > 0)
    await expect(leaf.whenEmpty(AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' })
    const empty = leaf.whenEmpty()
    child.kill('SIGKILL')
    await empty
    expect(leaf.pids()).toEqual([])
  })

  test('who is about to exit kills without waiting', async () => {
    const leaf = await make(await open())
    runIn(leaf, 'for i in $(seq 20); do setsid sleep 1000 & done; wait')
    await until('20 daemons', () => leaf.pids().length === 21)
    leaf.abandon()
    await leaf.whenEmpty()
    expect(leaf.pids()).toEqual([])
  })

  test('a pid that is no member any more is not signalled', async () => {
    const leaf = await make(await open())
    const { signalMembers } = await import('./prey.ts')
    const stranger = runIn({ joins: [] }, 'exec sleep 1000')
    signalMembers([stranger.pid ?? 0], leaf.path)
    expect(stateOf(stranger.pid ?? 0)).not.toMatch(/^$|Z/u)
  })
})

/** The layout of this machine, and version 1 alone where there is one. */
async function kindsHere(): Promise<string[]> {
  if (!isRoot) return []
  await using groups = await openControlGroups()
  const { kind } = groups
  if (kind === 'none') return []
  return kind === 'hybrid' ? ['hybrid', 'v1'] : [kind]
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}

function read(file: string | undefined): string {
  return readFileSync(file ?? '', 'utf8')
}

function stateOf(pid: number): string {
  return readStat(pid)?.state ?? ''
}

function isAsleep(pid: number): boolean {
  return readStat(pid)?.comm === 'sleep'
}

function quotaOf(joins: readonly string[]): string {
  const files = joins.flatMap((file) =>
    ['cpu.max', 'cpu.cfs_quota_us'].map((name) => `${dirname(file)}/${name}`),
  )
  return read(files.find((file) => existsSync(file))).trim()
}
