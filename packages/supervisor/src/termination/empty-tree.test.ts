import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { TreeMembership } from '../attribution/tree-membership.ts'
import { signalProcess } from '../linux/pidfd.ts'
import { isAlive, type ProcessIdentity, readStat } from '../processes/index.ts'
import { abandon } from './abandon.ts'
import { emptyTree } from './empty-tree.ts'
import { killSurvivors, startLauncher, survivors } from './launcher-fixture.ts'

let made = 0
function uniqueMarker(): string {
  const marker = `marker-${process.pid}-${made++}`
  onTestFinished(() => killSurvivors(marker))
  return marker
}

// Each line ends with a comment that names its processes.
const daemons = (marker: string): string =>
  `for i in 1 2 3 4 5; do env -i setsid sh -c '(sh -c "sleep 1000; : ${marker}" &) &'; done; sleep 1000`
/** Five that fork as fast as they can. */
const storm = (marker: string): string =>
  `for i in 1 2 3 4 5; do setsid sh -c 'while :; do (:) & (sleep 1 &) ; done; : ${marker}' & done; wait`

/**
 * Forks and leaves at once, again and again: each pid that is listed is gone before it can be signalled. Nobody
 * sees it by looking either, so it counts in a file.
 */
async function startRunner(): Promise<{ launcher: ProcessIdentity; isRunning: () => Promise<boolean> }> {
  const directory = mkdtempSync(join(tmpdir(), 'runtimo-test-'))
  onTestFinished(async () => {
    await rm(directory, { recursive: true, maxRetries: 10 }) // which ends it, should it be alive
  })
  const count = join(directory, 'count')
  const launcher = await startLauncher(
    `r() { echo >>${count} && [ $1 -lt 50000 ] && r $(($1+1)) & exit; }; r 0`,
  )
  const read = (): number => statSync(count).size
  await vi.waitFor(() => expect(read()).toBeGreaterThan(10))
  const isRunning = async (): Promise<boolean> => {
    const before = read()
    await sleep(50)
    return read() !== before
  }
  return { launcher, isRunning }
}

test('without us, killing those whom a list names, no older than one of ps, leaves a runner alive', async () => {
  const { launcher, isRunning } = await startRunner()
  const listed = new TreeMembership(launcher).members()
  await sleep(20)
  for (const member of listed) signalProcess(member, 'SIGKILL')
  expect(await isRunning()).toBe(true)
})

test('a runner is caught', async () => {
  const { launcher, isRunning } = await startRunner()
  expect(await isRunning()).toBe(true)
  expect(await emptyTree(launcher)).toEqual([])
  expect(await isRunning()).toBe(false)
})

test.each([
  { what: 'daemons without session, environment and parent', script: daemons },
  { what: 'a fork storm', script: storm },
])('nobody is left of $what, and the launcher lives', async ({ script }) => {
  const marker = uniqueMarker()
  const launcher = await startLauncher(script(marker))
  await vi.waitFor(() => expect(survivors(marker).length).toBeGreaterThan(1))
  expect(await emptyTree(launcher)).toEqual([])
  expect(survivors(marker)).toEqual([launcher.pid])
  expect(isAlive(launcher)).toBe(true)
})

test('whom a killed launcher lost is killed as a known member', async () => {
  const marker = uniqueMarker()
  const launcher = await startLauncher(daemons(marker))
  const membership = new TreeMembership(launcher)
  await vi.waitFor(() => expect(membership.members().length).toBeGreaterThan(10))
  signalProcess(launcher, 'SIGKILL')
  await vi.waitFor(() => expect(isAlive(launcher)).toBe(false))
  expect(survivors(marker).length).toBeGreaterThan(4)
  expect(await emptyTree(launcher, membership)).toEqual([])
  expect(survivors(marker)).toEqual([])
})

test('at the end of our process all are killed without waiting', async () => {
  const marker = uniqueMarker()
  const launcher = await startLauncher(storm(marker))
  await vi.waitFor(() => expect(survivors(marker).length).toBeGreaterThan(5))
  abandon(new TreeMembership(launcher))
  await vi.waitFor(() => expect(survivors(marker)).toEqual([launcher.pid]))
})

test('a process whose first thread has left is alive, found and killed', async () => {
  const marker = uniqueMarker()
  const libc = JSON.stringify(new URL('../linux/libc.ts', import.meta.url).href)
  const exit = { x64: 60, arm64: 93 }[process.arch as 'x64' | 'arm64']
  const program = `
    import { Worker } from 'node:worker_threads'
    import { libc } from ${libc}
    new Worker('setInterval(() => {}, 1e6)', { eval: true, execArgv: [] }).on('online', () =>
      libc.func('long syscall(long number, long code)')(${exit}, 0)) // ${marker}`
  const launcher = await startLauncher(
    `exec ${process.execPath} --input-type=module --eval '${program.replaceAll("'", `'"'"'`)}'`,
  )
  const left = await vi.waitFor(() => {
    const found = new TreeMembership(launcher).members().find(({ state }) => state === 'Z')
    expect(found?.threads).toBeGreaterThan(1)
    return found
  })
  if (left === undefined) throw new Error('there is none')
  expect(isAlive(left)).toBe(true)
  expect(await emptyTree(launcher)).toEqual([])
  await vi.waitFor(() => expect(readStat(left.pid)?.startTime).not.toBe(left.startTime))
})
