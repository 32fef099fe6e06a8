import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { ForkEvents } from './fork-events.ts'
import { mostOurs } from '../ours.ts'
import { type Lineage, mostNamed } from './lineage.ts'
import { ProcEntries } from './proc-entry.ts'

interface Started {
  readonly pid: number
  readonly output: Readable
  readonly ended: Promise<unknown>
}

const opened = await ForkEvents.open()
const reason = opened instanceof ForkEvents ? undefined : opened.unavailable
const isMandatory =
  process.env['CI'] !== undefined && process.getuid?.() === 0 && networkOf('self') === networkOf(1)
if (reason !== undefined) console.warn(`fork events: ${reason}`)

/** A user namespace lets others than root make the rest. */
const unshare = process.getuid?.() === 0 ? 'unshare' : 'unshare --user --map-root-user'

const started = new Set<number>()

describe.skipIf(reason !== undefined && !isMandatory)('fork events', { timeout: 30_000 }, () => {
  afterEach(async () => {
    for (const root of started) {
      for (const { pid } of (await events().alive(root)).living) spawnSync('kill', ['-KILL', `${pid}`])
      events().forget(root)
    }
    started.clear()
  })

  afterAll(() => events()[Symbol.asyncDispose]())

  test('each of 200 processes that live for a moment counts, and exits', async ({ annotate }) => {
    const { processes, count, living, lost } = await finish(times(200, '/bin/true'))
    expect({ count, living, lost }).toEqual({ count: 201, living: [], lost: false })
    expect(processes).toHaveLength(201)
    expect(processes.filter(({ comm, alive, exit }) => comm === '' || alive || exit?.code !== 0)).toEqual([])
    const read = processes.filter(({ comm, exe }) => comm === 'true' && exe !== undefined)
    expect(read.length).toBeGreaterThan(0)
    await annotate(`${read.length} of 200 were read before they were gone`)
  })

  test('1,500 forks are counted, the first named, and who lives of the rest is known', async () => {
    const root = start(`${times(1499, '(:)')}; sleep 1000 >/dev/null & echo $!`)
    const sleeper = await firstNumber(root)
    await root.ended
    const { processes, count, living } = await events().lineage(root.pid)
    expect({ count, named: processes.length }).toEqual({ count: 1501, named: mostNamed + mostOurs })
    expect(living).toEqual([{ pid: sleeper, startTime: startTime(sleeper) }])
  })

  test('a daemon that forked twice into a session of its own is in it until it ends', async () => {
    const root = start(`setsid sh -c '(sleep 1000 >/dev/null & echo $!) &' & wait`)
    const daemon = await firstNumber(root)
    await root.ended
    const find = async (): Promise<unknown> =>
      (await events().lineage(root.pid)).processes.find(({ pid }) => pid === daemon)
    await expect.poll(find).toMatchObject({ comm: 'sleep', alive: true, startTime: startTime(daemon) })
    process.kill(daemon, 'SIGKILL')
    await expect.poll(find).toMatchObject({ alive: false, exit: { code: null, signal: 9 } })
  })

  test('in a namespace of its own a process has another pid inside, and one outside', async () => {
    // They wait, so that they are there to be read however late the listener is.
    const { pid } = start(`${unshare} --pid --fork sh -c 'sleep 1000 & sleep 1000 & wait'`)
    const inside = async (): Promise<unknown> =>
      (await events().lineage(pid)).processes.flatMap(({ pidInside }) => pidInside ?? [])
    await expect.poll(inside).toEqual([1, 2, 3])
  })

  test('10,000 forks by one job are counted without loss, and none of the neighbours', async ({
    annotate,
  }) => {
    const began = performance.now()
    const fifty = Array.from({ length: 4 }, () => finish(times(50, '(:)')))
    const [{ count, lost }, ...neighbours] = await Promise.all([finish(times(10_000, '(:)')), ...fifty])
    expect({ count, lost }).toEqual({ count: 10_001, lost: false })
    expect(neighbours.map((neighbour) => neighbour.count)).toEqual([51, 51, 51, 51])
    await annotate(`${Math.round(performance.now() - began)} ms`)
  })

  test('what others start is not in it', async () => {
    const idle = start('read line')
    const fifty = times(50, '/bin/true')
    const [first, second] = await Promise.all([finish(fifty), finish(fifty)])
    expect([first.count, second.count]).toEqual([51, 51])
    const pids = new Set(first.processes.map(({ pid }) => pid))
    expect(second.processes.filter(({ pid }) => pids.has(pid))).toEqual([])
    expect(await events().lineage(idle.pid)).toMatchObject({ count: 1, living: [{ pid: idle.pid }] })
  })

  test('exit codes and signals are told, and who forked whom', async () => {
    const { processes } = await finish(`sh -c 'exit 7'; sh -c 'kill -TERM $$'; exit 3`)
    const root = processes[0]?.pid
    expect(processes.map(({ ppid, exit }) => ({ ppid, exit }))).toEqual([
      { ppid: process.pid, exit: { code: 3, signal: null } },
      { ppid: root, exit: { code: 7, signal: null } },
      { ppid: root, exit: { code: null, signal: 15 } },
    ])
  })

  test('a question right after the spawn finds the root', async () => {
    const { pid } = start('read line')
    const { processes, count } = await events().lineage(pid)
    expect(count).toBe(1)
    expect(processes[0]).toMatchObject({ pid, ppid: process.pid, alive: true, startTime: startTime(pid) })
  })

  test('what a thread of ours starts counts the same', async () => {
    const script = `require('worker_threads').parentPort.postMessage(require('child_process').spawnSync('true').pid)`
    const [pid] = await once(new Worker(script, { eval: true }), 'message')
    expect(await events().lineage(Number(pid))).toMatchObject({ count: 1, lost: false })
  })

  test('fifty questions at once are each answered, and our name stays', async () => {
    const name = readFileSync('/proc/self/comm', 'utf8')
    const { pid } = start('read line')
    const answers = await Promise.all(Array.from({ length: 50 }, () => events().lineage(pid)))
    expect(answers.filter(({ count }) => count !== 1)).toEqual([])
    expect(readFileSync('/proc/self/comm', 'utf8')).toBe(name)
  })

  test('what was forgotten is unknown', async () => {
    const { pid, ended } = start('exit 0')
    await ended
    events().forget(pid)
    expect(await events().lineage(pid)).toMatchObject({ count: 0, lost: true })
  })
})

// Not even root may read that of pid 1 everywhere.
function networkOf(pid: number | 'self'): string {
  return spawnSync('readlink', [`/proc/${pid}/ns/net`]).stdout.toString()
}

function events(): ForkEvents {
  if (opened instanceof ForkEvents) return opened
  throw new Error(reason)
}

function start(script: string): Started {
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] })
  if (child.pid === undefined) throw new Error('sh did not start')
  started.add(child.pid)
  return { pid: child.pid, output: child.stdout, ended: once(child, 'exit') }
}

async function finish(script: string): Promise<Lineage> {
  const { pid, ended } = start(script)
  await ended
  return events().lineage(pid)
}

function times(count: number, command: string): string {
  return `i=0; while [ $i -lt ${count} ]; do ${command}; i=$((i+1)); done`
}

function startTime(pid: number): number | undefined {
  return new ProcEntries().stat(pid)?.startTime
}

async function firstNumber({ output }: Started): Promise<number> {
  const [chunk] = await once(output, 'data')
  return Number(String(chunk))
}
