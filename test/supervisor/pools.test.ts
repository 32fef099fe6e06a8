import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readChildren, until } from '../support/processes.ts'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'

/** The launchers of this process that live. */
function launchers(): number[] {
  return readChildren(process.pid).filter(isLauncher)
}

function isLauncher(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8').startsWith('Name:\truntimo\nUmask')
  } catch {
    return false
  }
}

const counter = `
  globalThis.count = (globalThis.count ?? 0) + 1
  export default {
    manifest: { name: 'Count', description: 'Counts its loads', args: { type: 'object' } },
    execute: () => globalThis.count,
  }`

function smallFile(): string {
  const path = join(temporaryDirectory(), 'small')
  writeFileSync(path, 'x')
  return path
}

test('a worker of our own code serves the next job of the same tenant', async () => {
  const supervisor = testSupervisor()
  const path = smallFile()
  const first = await supervisor.run('FileRead', { path })
  const [worker] = launchers()
  const second = await supervisor.run('FileRead', { path })
  expect([first.success, second.success]).toEqual([true, true])
  expect(launchers()).toEqual([worker])
  expect(second.usage.cpuMs).toBeLessThan(first.usage.cpuMs)
})

test('another tenant never gets it', async () => {
  const [one, other] = [testSupervisor({ tenant: 'one' }), testSupervisor({ tenant: 'other' })]
  await one.run('FileRead', { path: smallFile() })
  await other.run('FileRead', { path: smallFile() })
  expect(launchers()).toHaveLength(2)
})

test('a worker that was cut short serves nobody any more', async () => {
  const supervisor = testSupervisor()
  await supervisor.run('FileRead', { path: smallFile() })
  const [worker] = launchers()
  const large = join(temporaryDirectory(), 'large') // nobody answers with so much within a millisecond
  writeFileSync(large, 'x'.repeat(16 * 1_048_576))
  const cut = await supervisor.run('FileRead', { path: large }, { timeoutMs: 1 })
  expect(cut.outcome).toBe('timed_out')
  expect(await supervisor.run('FileRead', { path: smallFile() })).toMatchObject({ success: true })
  expect(launchers()).not.toContain(worker)
})

test('foreign modules get a worker each: nothing of one load is in the next', async () => {
  const from = join(temporaryDirectory(), 'count.mjs')
  writeFileSync(from, counter)
  const supervisor = testSupervisor()
  const counts = []
  for (let i = 0; i < 3; i++) counts.push((await supervisor.run('Count', {}, { from })).output.data)
  expect(counts).toEqual([1, 1, 1])
})

test('what is asked for again waits ready; with 0, nothing is made ahead', async () => {
  const eager = testSupervisor()
  await eager.run('ShellExec', { cmd: 'true' })
  await eager.run('ShellExec', { cmd: 'true' })
  await until('a sandbox that waits', () => launchers().length > 0)
  await eager.close()
  expect(launchers()).toEqual([])
  const frugal = testSupervisor({ maxPrewarmed: 0 })
  await frugal.run('ShellExec', { cmd: 'true' })
  await frugal.run('ShellExec', { cmd: 'true' })
  await sleep(100)
  expect(launchers()).toEqual([])
})

test('a sandbox that waits is not used for a workspace that was exchanged', async () => {
  const workingDir = join(temporaryDirectory(), 'workspace')
  mkdirSync(workingDir)
  const supervisor = testSupervisor()
  const list = async (): Promise<unknown> =>
    (await supervisor.run('ShellExec', { cmd: 'ls' }, { workingDir })).output.data
  await list()
  await list()
  await until('a sandbox that waits', () => launchers().length > 0)
  renameSync(workingDir, `${workingDir}-old`)
  mkdirSync(workingDir)
  writeFileSync(join(workingDir, 'new'), '')
  expect(await list()).toMatchObject({ stdout: 'new\n' })
})

test('a job that waits too long for its turn is refused; waiting takes no time of its own', async () => {
  const supervisor = testSupervisor({ maxConcurrentJobs: 1 })
  const busy = supervisor.run('ShellExec', { cmd: 'sleep 0.8' })
  const refused = supervisor.run('ShellExec', { cmd: 'true' }, { queueTimeoutMs: 50 })
  const patient = supervisor.run('ShellExec', { cmd: 'true' }, { timeoutMs: 600 })
  await expect(refused).rejects.toMatchObject({ code: 'RT_QUEUE_TIMEOUT' })
  expect([(await busy).outcome, (await patient).outcome]).toEqual(['completed', 'completed'])
})

test('close lets a job end that is nearly done, and takes no other', async () => {
  const supervisor = testSupervisor()
  const running = supervisor.run('ShellExec', { cmd: 'sleep 0.3; echo done' })
  await sleep(100)
  const closed = supervisor.close({ drainMs: 10_000 })
  await expect(supervisor.run('ShellExec', { cmd: 'true' })).rejects.toMatchObject({ code: 'RT_CLOSED' })
  expect(await running).toMatchObject({ outcome: 'completed', output: { data: { stdout: 'done\n' } } })
  await closed
  expect(launchers()).toEqual([])
})
