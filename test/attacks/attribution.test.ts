import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { identifySpawnedPids, type JobResult, ProcessSnapshot, type Supervisor } from '@runtimo/supervisor'
import { expect, onTestFinished, test } from 'vitest'
import { isRoot } from '../support/attack.ts'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

test('short-lived children are named with their start times; what others start meanwhile is not', async () => {
  const others = setInterval(() => spawn('/bin/sh', ['-c', 'sleep 0.01'], { stdio: 'ignore' }), 30)
  const result = await testSupervisor().run('ShellExec', {
    cmd: 'for i in 1 2 3 4 5; do sleep 0.05; done; uname >/dev/null; (sleep 0.05 &) ; sleep 0.1',
  })
  clearInterval(others)
  expect(result.spawned.filter(({ comm }) => comm === 'sleep').length).toBe(7)
  // With the subshell, the shell itself and uname; by looking often, uname may have been too quick.
  expect([9, 10]).toContain(result.usage.processes)
  expect(result.usage.processes === 10 || result.attribution === 'sampled').toBe(true)
  const [root] = result.spawned
  for (const { startTime } of result.spawned)
    expect(startTime).toBeGreaterThanOrEqual(root?.startTime ?? Infinity)
})

test('by looking often, children that live for a while are found too', async () => {
  const result = await testSupervisor({ attribution: 'sampled' }).run('ShellExec', {
    cmd: 'sleep 0.2 & sleep 0.2 & wait',
  })
  expect(result.attribution).toBe('sampled')
  expect(result.spawned.map(({ comm }) => comm).toSorted()).toEqual(['sh', 'sleep', 'sleep'])
})

const timeoutMs = 60_000
const times = (count: number, command: string): string =>
  `i=0; while [ $i -lt ${count} ]; do ${command}; i=$((i+1)); done`

/** Runs a job whose children have an executable that no other job has, by which its name is told. */
async function runMarked(supervisor: Supervisor, marker: string, children: number): Promise<JobResult> {
  const workingDir = temporaryDirectory()
  copyFileSync('/bin/true', join(workingDir, marker))
  const cmd = times(children, `./${marker}`)
  return await supervisor.run('ShellExec', { cmd }, { workingDir, timeoutMs })
}

test('without us, comparing what runs before and after misses the short-lived and takes what is others’', async () => {
  const before = await ProcessSnapshot.capture()
  const job = spawn('/bin/sh', ['-c', times(20, '/bin/true')])
  const other = spawn('sleep', ['10'])
  onTestFinished(() => void other.kill('SIGKILL'))
  await once(job, 'exit')
  const after = await ProcessSnapshot.capture()
  const spawned = identifySpawnedPids(before, after)
  expect(spawned).toContain(other.pid)
  const children = after.processes.filter(({ pid, ppid }) => ppid === job.pid && spawned.includes(pid))
  expect(children).toEqual([])
})

test('by looking often, the namespace tells how many there were, and nobody has a name of a neighbour', async () => {
  const supervisor = testSupervisor({ attribution: 'sampled' })
  const markers = Array.from({ length: 5 }, (_, job) => `marker-${job}`)
  const results = await Promise.all(markers.map((marker) => runMarked(supervisor, marker, 50)))
  const counts = results.map(({ usage }) => usage.processes)
  expect(counts).toEqual(
    results.map(({ posture, spawned }) => (posture?.pidNamespace === true ? 51 : spawned.length)),
  )
  const foreign = results.map(({ spawned }, job) =>
    spawned.filter(({ comm }) => comm.startsWith('marker-') && comm !== markers[job]),
  )
  expect(foreign.flat()).toEqual([])
})

test(
  'of 50 jobs with 200 short-lived children each, every child is of exactly one job',
  { timeout: timeoutMs },
  async ({ annotate }) => {
    const began = performance.now()
    const supervisor = testSupervisor({ attribution: 'exact' })
    const markers = Array.from({ length: 50 }, (_, job) => `marker-${job}`)
    const results = await Promise.all(markers.map((marker) => runMarked(supervisor, marker, 200)))
    await annotate(`${Math.round(performance.now() - began)} ms`)
    // What the small buffer of a normal user has no room for is told as loss, and all are counted by the namespace.
    const exact = results.filter(({ attribution }) => isRoot || attribution === 'exact')
    const others = results.filter((result) => !exact.includes(result))
    expect(exact.map(describe)).toEqual(exact.map(() => 'completed exact 201'))
    expect(others.map(describe)).toEqual(others.map(() => 'completed sampled 201'))
    expect(exact.filter(({ spawned }) => spawned.length !== 201)).toEqual([])
    // A pid may be used again by a later process; with the start time it is one process.
    const names = results.flatMap(({ spawned }) => spawned.map(({ pid, startTime }) => `${pid}:${startTime}`))
    expect(new Set(names).size).toBe(names.length)
    // On a busy machine all of a job may be gone before it can be asked for its name: it then has its forker's.
    const met = results.map(({ spawned }) => new Set(spawned.map(({ comm }) => comm)))
    const own = markers.map((marker) => new Set([marker, 'sh', 'runtimo']))
    expect(met.flatMap((comms, job) => [...comms].filter((comm) => own[job]?.has(comm) !== true))).toEqual([])
    expect(markers.some((marker, job) => met[job]?.has(marker))).toBe(true)
  },
)

test(
  '10,000 forks by one job are counted, the first 1,000 named, and none of the neighbours',
  { timeout: timeoutMs },
  async ({ annotate }) => {
    const began = performance.now()
    const supervisor = testSupervisor({ attribution: 'exact' })
    const [forks, ...neighbours] = await Promise.all([
      supervisor.run('ShellExec', { cmd: times(10_000, '(:)') }, { timeoutMs }),
      ...Array.from({ length: 4 }, (_, job) => runMarked(supervisor, `neighbour-${job}`, 50)),
    ])
    await annotate(`${Math.round(performance.now() - began)} ms`)
    expect(describe(forks)).toBe('completed exact 10001')
    expect(forks.spawned).toHaveLength(1000)
    expect([...new Set(forks.spawned.map(({ comm }) => comm))]).toEqual(['sh'])
    expect(neighbours.map(describe)).toEqual(neighbours.map(() => 'completed exact 51'))
  },
)

function describe({ outcome, attribution, usage }: JobResult): string {
  return `${outcome} ${attribution} ${usage.processes}`
}
