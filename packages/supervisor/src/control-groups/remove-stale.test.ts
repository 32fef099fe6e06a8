import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readStat } from '../processes/index.ts'
import { make } from './conformance-fixture.ts'
import type { ControlGroups, Kind } from './control-groups.ts'
import { formatLeafName, isDead, type LeafOwner, ownLeafOwner, parseLeafName } from './leaf-name.ts'
import type { Leaf } from './leaf.ts'
import { openControlGroups } from './open.ts'
import { runIn, until } from './real-fixture.ts'
import { realSurroundings } from './surroundings.ts'

// A boot of our own: another supervisor on this machine leaves these leaves alone.
const me = { ...ownLeafOwner(), boot: '7e577e57' }
const isReady = process.getuid?.() === 0 && (await kindHere()) !== 'none'
if (!isReady) console.warn('skipped: leaves of dead owners: not root, or no control groups')

test('a name tells whose the leaf is', () => {
  expect(parseLeafName(formatLeafName(me, 7))).toEqual(me)
})

test.each(['runtimo', 'runtimo-1-2-abcdef01-4', 'runtimo-1-2-ABCDEF01-4-5', 'xruntimo-1-2-abcdef01-4-5'])(
  '%s is not the name of a leaf',
  (name) => expect(parseLeafName(name)).toBeUndefined(),
)

test.each<[string, Partial<LeafOwner>, boolean]>([
  ['we live', {}, false],
  ['the same pid of another start time is dead', { process: { pid: process.pid, startTime: 1 } }, true],
  [
    'of another pid namespace nobody can be said to be dead',
    { process: deadProcess(), pidNamespace: 1 },
    false,
  ],
  ['of another boot id neither', { process: deadProcess(), boot: '00000001' }, false],
])('%s', (_, change, dead) => {
  expect(isDead({ ...me, ...change }, me)).toBe(dead)
})

describe.skipIf(!isReady)('at the next start', { timeout: 30_000 }, () => {
  test('the leaf of a dead owner goes with the process in it, a living neighbour and we keep ours', async () => {
    const neighbour = sleeper()
    const [dead, alive, ours] = await Promise.all([
      leafOf(deadProcess()),
      leafOf(identityOf(neighbour)),
      leafOf(me.process),
    ])
    const processes = [dead, alive, ours].map((leaf) => runIn(leaf, 'exec sleep 1000'))
    await until('all to be in', () => [dead, alive, ours].every((leaf) => leaf.pids().length > 0))
    const exits = once(processes[0] ?? neighbour, 'exit')
    await using groups = await openAs(me.process)
    expect(await groups.removeStale()).toBe(1)
    expect((await exits)[1]).toBe('SIGKILL')
    expect([dead, alive, ours].map((leaf) => leaf.joins.filter((file) => existsSync(file)).length)).toEqual([
      0,
      alive.joins.length,
      ours.joins.length,
    ])
    expect(alive.pids()).toHaveLength(1)
    expect(ours.pids()).toHaveLength(1)
  })

  test('it is found wherever it is, though only a part of it is left', async () => {
    const ours = await leafOf(me.process)
    const elsewhere = join(dirname(dirname(ours.joins[0] ?? '')), `elsewhere-${process.pid}`)
    onTestFinished(() => rmdirSync(elsewhere))
    const leaf = join(elsewhere, formatLeafName({ ...me, process: deadProcess() }, 1))
    mkdirSync(leaf, { recursive: true })
    await using groups = await openAs(me.process)
    expect(await groups.removeStale()).toBe(1)
    expect(existsSync(leaf)).toBe(false)
  })
})

async function kindHere(): Promise<Kind> {
  await using groups = await openControlGroups()
  return groups.kind
}

async function leafOf(owner: LeafOwner['process']): Promise<Leaf> {
  const groups = await openAs(owner)
  onTestFinished(() => groups[Symbol.asyncDispose]())
  return make(groups)
}

function openAs(owner: LeafOwner['process']): Promise<ControlGroups> {
  return openControlGroups('/', { ...realSurroundings(), owner: { ...me, process: owner } })
}

function identityOf(child: ChildProcess): LeafOwner['process'] {
  const pid = child.pid ?? 0
  return { pid, startTime: readStat(pid)?.startTime ?? 0 }
}

function sleeper(): ChildProcess {
  const child = spawn('sleep', ['1000'])
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** No process ever has this pid: it is above the kernel's greatest. */
function deadProcess(): LeafOwner['process'] {
  return { pid: 2 ** 22 + 1, startTime: 5 }
}
