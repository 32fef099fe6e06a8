import { join } from 'node:path'
import { WalReader, type WalRecord } from '@runtimo/supervisor'
import { expect, test } from 'vitest'
import { runtimo } from '../support/cli.ts'
import { isOver, until } from '../support/processes.ts'
import { temporaryDirectory, testSupervisor } from '../support/supervisor.ts'
import { Host, type HostLevel } from './host.ts'

async function recordsOf(walPath: string): Promise<WalRecord[]> {
  const records: WalRecord[] = []
  for await (const entry of new WalReader(walPath).entries()) {
    if (!entry.ok) throw new Error(entry.reason)
    records.push(entry.record)
  }
  return records
}

async function endsOf(walPath: string): Promise<WalRecord[]> {
  return (await recordsOf(walPath)).filter(({ type }) => type === 'job_interrupted')
}

/** The next start on the same log. */
async function startOn(walPath: string): Promise<void> {
  const supervisor = testSupervisor({ walPath, maxPrewarmed: 0 })
  await supervisor.run('ShellExec', { cmd: 'true' }, { workingDir: temporaryDirectory() })
  await supervisor.close()
}

/** Who clears his environment as well is found by a control group or a pid namespace only. */
function daemons(sleep: string): string {
  return `setsid sh -c '(${sleep} &)' </dev/null >/dev/null 2>&1; sh -c 'trap "" TERM HUP; ${sleep}' & echo up; ${sleep}`
}

test.each<HostLevel>(['sandbox', 'process'])(
  'a job at level %s whose supervisor was killed is recorded as interrupted, once, when nobody of it is left',
  async (level) => {
    const host = await Host.start(level, daemons)
    const walPath = join(host.directory, 'wal.jsonl')
    await host.isUp(3)
    host.kill()
    await until('the end of the host', () => isOver(host.pid))
    await startOn(walPath)
    // Also of those whom nothing but the next start can kill: at level process, without control groups.
    expect(host.members).toEqual([])
    const start = (await recordsOf(walPath)).find(({ type }) => type === 'job_started')
    const interrupted = await endsOf(walPath)
    expect(interrupted).toMatchObject([
      {
        job_id: start?.['job_id'],
        outcome: 'interrupted',
        capability: 'ShellExec',
        owner: { pid: host.pid },
      },
    ])
    await startOn(walPath)
    await startOn(walPath)
    expect(await endsOf(walPath)).toEqual(interrupted)
  },
)

test('the job of a living neighbour on the same log is never recorded as interrupted', async () => {
  const host = await Host.start('sandbox')
  const walPath = join(host.directory, 'wal.jsonl')
  await host.isUp()
  await startOn(walPath)
  const shown = await runtimo(['wal', 'recover', '--json'], { env: { RUNTIMO_WAL_PATH: walPath } })
  const start = (await recordsOf(walPath)).find(({ type }) => type === 'job_started')
  expect(JSON.parse(shown.stdout)).toMatchObject({ interrupted: [], running: [start?.['job_id']] })
  expect(await endsOf(walPath)).toEqual([])
  expect(host.members.length).toBeGreaterThanOrEqual(5)
  host.kill()
  await host.isGone()
})

test('recover --dry-run shows the plan and changes nothing; recover does it, and then has nothing to do', async () => {
  const host = await Host.start('sandbox')
  const walPath = join(host.directory, 'wal.jsonl')
  await host.isUp()
  host.kill()
  await host.isGone()
  const before = await recordsOf(walPath)
  const recover = async (...flags: readonly string[]): Promise<unknown> =>
    JSON.parse(
      (await runtimo(['wal', 'recover', ...flags, '--json'], { env: { RUNTIMO_WAL_PATH: walPath } })).stdout,
    )
  const jobId = before.find(({ type }) => type === 'job_started')?.['job_id']
  expect(await recover('--dry-run')).toMatchObject({ dry_run: true, interrupted: [{ job_id: jobId }] })
  expect(await recordsOf(walPath)).toEqual(before)
  expect(await recover()).toMatchObject({ dry_run: false, interrupted: [{ job_id: jobId }] })
  expect(await recover()).toMatchObject({ interrupted: [], running: [] })
  expect(await endsOf(walPath)).toMatchObject([{ job_id: jobId }])
})

test('of many that begin on one log at once, one records the interrupted job', async () => {
  const host = await Host.start('sandbox')
  const walPath = join(host.directory, 'wal.jsonl')
  await host.isUp()
  host.kill()
  await host.isGone()
  await Promise.all(Array.from({ length: 6 }, () => startOn(walPath)))
  expect(await endsOf(walPath)).toHaveLength(1)
})
