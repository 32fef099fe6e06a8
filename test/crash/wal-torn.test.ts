import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WalWriter } from '@runtimo/supervisor'
import { expect, test } from 'vitest'
import { runtimo } from '../support/cli.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

const sectorBytes = 512

test('a hole that a power cut left in the last batch is torn to `wal verify`, and whole once it was repaired', async () => {
  const path = join(temporaryDirectory(), 'wal.jsonl')
  const append = async (...fills: number[]): Promise<void> => {
    await using writer = new WalWriter(path)
    const events = fills.map((fill) => ({ type: 'job_started', fill: 'x'.repeat(fill) }) as const)
    await Promise.all(events.map((event) => writer.append(event)))
  }
  const verify = async (): Promise<unknown> => {
    const { exitCode, stdout } = await runtimo(['wal', 'verify', '--json'], {
      env: { RUNTIMO_WAL_PATH: path },
    })
    return { exitCode, ...JSON.parse(stdout) }
  }
  await append(10)
  const durable = readFileSync(path).length
  await append(2000, 10, 10)
  const bytes = readFileSync(path)
  const hole = Math.ceil(durable / sectorBytes) * sectorBytes
  writeFileSync(path, bytes.fill(0, hole, hole + sectorBytes))
  expect(await verify()).toMatchObject({
    exitCode: 1,
    ok: false,
    kind: 'torn',
    file: path,
    offset: durable,
    seq: 3,
    reason: expect.stringContaining('the next writer repairs it'),
  })
  await append(10)
  expect(readFileSync(`${path}.broken`)).toEqual(bytes.subarray(durable))
  expect(await verify()).toMatchObject({ exitCode: 0, ok: true, last_seq: 4 })
})
