import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { once } from 'node:events'
import { WalReader, WalWriter } from '@runtimo/supervisor'
import { expect, onTestFinished, test } from 'vitest'
import { bin, runtimo } from '../support/cli.ts'
import { findProcesses, until } from '../support/processes.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

async function read(path: string): Promise<unknown[]> {
  const entries: unknown[] = []
  for await (const entry of new WalReader(path).entries()) entries.push(entry)
  return entries
}

test('kill -9 right after the start record leaves a log that reads back and shows the start', async () => {
  const path = join(temporaryDirectory(), 'wal.jsonl')
  const sleep = `sleep 63.${process.pid}`
  onTestFinished(() => findProcesses(sleep).forEach((pid) => process.kill(pid, 'SIGKILL')))
  const args = ['run', '-c', 'ShellExec', '-a', JSON.stringify({ cmd: sleep }), '--no-pressure-guard']
  const env = { ...process.env, RUNTIMO_WAL_PATH: path }
  const child = spawn(process.execPath, ['--conditions=runtimo-source', bin, ...args], {
    env,
    stdio: 'ignore',
  })
  await until('the start record', () => contentOf(path).includes('"job_started"'))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const left = await read(path)
  expect(left.slice(0, 2)).toMatchObject([
    { ok: true, record: { seq: 1, type: 'wal_opened' } },
    { ok: true, record: { seq: 2, type: 'job_started', capability: 'ShellExec', owner: { pid: child.pid } } },
  ])
  const after = await runtimo(
    ['run', '-c', 'ShellExec', '-a', '{"cmd":"true"}', '--no-pressure-guard', '--json'],
    {
      env: { RUNTIMO_WAL_PATH: path },
    },
  )
  // The interrupted job is ended; then come start, boundary and end of the next.
  expect(JSON.parse(after.stdout)).toMatchObject({ success: true, wal_seq: left.length + 4 })
})

test('wherever a crash cut the last record, it is kept aside, repaired, and the chain goes on', async () => {
  const path = join(temporaryDirectory(), 'wal.jsonl')
  const append = async (): Promise<number> => {
    await using writer = new WalWriter(path)
    return await writer.append({ type: 'job_started', job_id: 'x' })
  }
  await append()
  await append()
  const whole = readFileSync(path)
  const lastStart = whole.lastIndexOf('\n', whole.length - 2) + 1
  for (const cut of [lastStart + 1, lastStart + 50, whole.length - 10, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, cut))
    rmSync(`${path}.broken`, { force: true })
    expect(await append()).toBe(4)
    expect(readFileSync(`${path}.broken`)).toEqual(whole.subarray(lastStart, cut))
    const entries = await read(path)
    expect(entries).toMatchObject([
      { record: { seq: 1, type: 'wal_opened' } },
      { record: { seq: 2 } },
      { record: { seq: 3, type: 'wal_repaired', torn_bytes: cut - lastStart } },
      { record: { seq: 4 } },
    ])
  }
})

test('many processes share one log: nothing is lost, nothing is interleaved, the chain is whole', async () => {
  const path = join(temporaryDirectory(), 'wal.jsonl')
  const script = fixture('append-many.ts')
  const [writers, each] = [4, 100]
  const children = Array.from({ length: writers }, () =>
    spawn(process.execPath, ['--conditions=runtimo-source', script, path, String(each)], {
      stdio: 'inherit',
    }),
  )
  await Promise.all(children.map((child) => once(child, 'exit')))
  const entries = await read(path)
  expect(entries.length).toBe(writers * each + 1)
  expect(entries.filter((entry) => Reflect.get(Object(entry), 'ok') !== true)).toEqual([])
})

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
