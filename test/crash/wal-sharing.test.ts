import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { WalWriter } from '@runtimo/supervisor'
import { expect, test } from 'vitest'
import { readWholeLog } from '../../packages/supervisor/src/wal/append/whole-log-fixture.ts'
import { RealStore } from '../../packages/supervisor/src/wal/store/real-store.ts'
import { until } from '../support/processes.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

interface Ended {
  readonly code: unknown
  readonly stderr: string
}

async function appendMany(path: string, count: number, options: object = {}): Promise<Ended> {
  const args = ['--conditions=runtimo-source', fixture('append-many.ts'), path, String(count)]
  const child = spawn(process.execPath, [...args, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  const [code] = await once(child, 'close')
  return { code, stderr }
}

const fine: Ended = { code: 0, stderr: '' }

async function countByProcess(path: string): Promise<number[]> {
  const counts = new Map<unknown, number>()
  for (const { type, pid } of await readWholeLog(path, new RealStore()))
    if (type === 'job_started') counts.set(pid, (counts.get(pid) ?? 0) + 1)
  return [...counts.values()]
}

test('two processes append ten thousand records each: nothing is refused, nothing lost, the chain is whole', async () => {
  const path = join(temporaryDirectory(), 'wal.jsonl')
  const options = { segmentBytes: 1_000_000 }
  expect(await Promise.all([appendMany(path, 10_000, options), appendMany(path, 10_000, options)])).toEqual([
    fine,
    fine,
  ])
  expect(await countByProcess(path)).toEqual([10_000, 10_000])
})

test('twenty processes at once share one log: nothing is refused, nothing lost, the chain is whole', async () => {
  const path = join(temporaryDirectory(), 'wal.jsonl')
  const ended = await Promise.all(
    Array.from({ length: 20 }, () => appendMany(path, 100, { segmentBytes: 100_000 })),
  )
  expect(ended).toEqual(ended.map(() => fine))
  expect(await countByProcess(path)).toEqual(ended.map(() => 100))
})

test('while one process has a log for itself, another is refused by its name, and nothing is lost', async () => {
  const path = join(temporaryDirectory(), 'wal.jsonl')
  await using writer = new WalWriter(path, { exclusive: true })
  await writer.append({ type: 'job_started', pid: process.pid })
  for (const exclusive of [true, false]) {
    const { code, stderr } = await appendMany(path, 100, { exclusive })
    expect(code).toBe(1)
    expect(stderr).toContain('RT_WAL_LOCKED')
    expect(stderr).toContain(`is held by process ${process.pid} (`)
  }
  await writer.append({ type: 'job_started', pid: process.pid })
  expect(await countByProcess(path)).toEqual([2])
})

test('a holder that was killed hinders nobody', async () => {
  const path = join(temporaryDirectory(), 'wal.jsonl')
  const args = [
    '--conditions=runtimo-source',
    fixture('append-many.ts'),
    path,
    '1000000',
    '{"exclusive":true}',
  ]
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  await until('the first record', () => existsSync(path) && statSync(path).size > 0)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(JSON.parse(readFileSync(`${path}.holder`, 'utf8'))).toMatchObject({ pid: child.pid })
  expect(await appendMany(path, 4, { exclusive: true })).toEqual(fine)
  expect((await countByProcess(path)).at(-1)).toBe(4)
})
