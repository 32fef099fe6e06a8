import process from 'node:process'
import { WalReader } from '@runtimo/supervisor'
import { describe, expect, test } from 'vitest'
import { isRoot, Unconfined } from '../support/attack.ts'
import { findProcesses } from '../support/processes.ts'
import { Host, nextStart } from '../crash/host.ts'

if (!isRoot) console.warn('survivors: level process is tried by root only: it takes control groups')

test('without us, what a killed program started lives on (K07)', async () => {
  const sleep = `sleep 350000.${process.pid}`
  const program = `
    const { execa } = await import('execa')
    execa('sleep', ['${sleep.slice(6)}'])
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100)`
  const control = new Unconfined([process.execPath, '--input-type=module', '--eval', program])
  expect(await control.ended).toMatchObject({ signal: 'SIGKILL' })
  expect(findProcesses(sleep)).toHaveLength(1)
})

async function recordTypes(directory: string): Promise<string[]> {
  const types: string[] = []
  for await (const entry of new WalReader(`${directory}/wal.jsonl`).entries())
    types.push(entry.ok ? entry.record.type : entry.reason)
  return types
}

// At level process, daemons end with the supervisor where there is a control group; as a user there may be none.
describe.each(isRoot ? (['sandbox', 'process'] as const) : (['sandbox'] as const))('level %s', (level) => {
  test('a supervisor that is killed takes its job, daemons and all, along (K07)', async () => {
    const host = await Host.start(level)
    await host.isUp()
    host.kill()
    await host.isGone()
    expect(host.survivors).toEqual([])
    expect(await recordTypes(host.directory)).toEqual(['wal_opened', 'job_started', 'job_validated'])
    await nextStart()
  })

  test('one that cleared its death signal, in a session and a group of its own, is taken along (K08)', async () => {
    const clear = `import ctypes,os,sys; ctypes.CDLL(None).prctl(1,0,0,0,0); os.setsid(); os.execvp(sys.argv[1],sys.argv[1:])`
    const host = await Host.start(level, (sleep) => {
      const one = `/usr/bin/python3 -c '${clear}' ${sleep}`
      return `${`(${one} &)\n`.repeat(4)} echo up; ${sleep}`
    })
    await host.isUp()
    host.kill()
    await host.isGone()
    expect(host.survivors).toEqual([])
    await nextStart()
  })

  test('of many daemons none is left when the supervisor is killed', async () => {
    const host = await Host.start(
      level,
      (sleep) => `for i in $(seq 60); do (setsid ${sleep} &); done; ${sleep}`,
    )
    await host.isUp(60)
    host.kill()
    await host.isGone()
    expect(host.survivors).toEqual([])
    await nextStart()
  })
})

test('level process: the first process of the job dies with a supervisor that is killed (K07)', async ({
  skip,
}) => {
  skip(isRoot, 'as root all of the job die with it: tried above')
  const host = await Host.start('process', (sleep) => `echo up; exec ${sleep}`)
  await host.isUp(1)
  host.kill()
  await host.isGone()
  expect(host.survivors).toEqual([])
  await nextStart()
})
