import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { WalWriter } from '@runtimo/supervisor'
import { readWholeLog } from '../../packages/supervisor/src/wal/append/whole-log-fixture.ts'
import { RealStore } from '../../packages/supervisor/src/wal/store/real-store.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'
import { checkLog, type Left, readAcknowledged } from './wal-log.ts'

/** One round is one log whose writer was killed: a child that writes to many logs makes many rounds of one kill. */
const rounds = Number(process.env['RUNTIMO_CRASH_ROUNDS'] ?? 1000)
const logs = 20
/** So often in a row the same logs are written on, and their repair is killed, too. */
const generations = 5
const atOnce = 2
const chains = Math.ceil(rounds / (logs * generations))

/** Writes to all logs until it is killed, soon after its first record. The name of a file of what it acknowledged. */
async function writeAndKill(directory: string, generation: number): Promise<string> {
  const path = join(directory, `acknowledged-${generation}`)
  const file = openSync(path, 'a', 0o600)
  const args = [
    '--conditions=runtimo-source',
    fixture('wal-crash.ts'),
    directory,
    String(logs),
    String(generation),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', file, 'inherit'] })
  try {
    while (fstatSync(file).size === 0 && !hasEnded(child)) await sleep(5)
    await sleep(Math.random() ** 2 * 250)
    expect(child.kill('SIGKILL')).toBe(true)
    while (!hasEnded(child)) await sleep(5)
    return path
  } finally {
    closeSync(file)
  }
}

/**
 * Nothing of it runs any more. While a thread of it hangs in a sync, it is a zombie that nobody can reap, and whoever
 * reaps for the tests may come before Node, which then never hears of the end.
 */
function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null || !existsSync(`/proc/${pid}`)
}

/** In memory a sync costs nothing: far more happens before the kill than on a disk. Each is right for half of the chains. */
function placeOf(chain: number): string {
  if (chain % 2 === 0 || !existsSync('/dev/shm')) return temporaryDirectory()
  const directory = mkdtempSync('/dev/shm/runtimo-crash-')
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

async function runChain(chain: number): Promise<Left[]> {
  const directory = placeOf(chain)
  const acknowledged = new Map<number, number[]>()
  const left: Left[] = []
  for (let generation = 0; generation < generations; generation++) {
    const path = await writeAndKill(directory, generation)
    for (const [log, numbers] of readAcknowledged(path))
      acknowledged.set(log, [...(acknowledged.get(log) ?? []), ...numbers])
    for (let log = 0; log < logs; log++)
      left.push(await checkLog(directory, log, acknowledged.get(log) ?? []))
  }
  for (let log = 0; log < logs; log++) {
    const path = join(directory, String(log), 'wal.jsonl')
    await using writer = new WalWriter(path)
    const seq = await writer.append({ type: 'job_started' })
    expect((await readWholeLog(path, new RealStore())).at(-1)?.seq).toBe(seq)
  }
  return left
}

test(
  `killed at any of ${chains * logs * generations} moments, a writer loses nothing that it acknowledged and invents nothing`,
  { timeout: 60_000 + rounds * 120 },
  async ({ annotate }) => {
    const left: Left[] = []
    let next = 0
    const turns = Array.from({ length: atOnce }, async () => {
      while (next < chains) left.push(...(await runChain(next++)))
    })
    await Promise.all(turns)
    const count = (key: keyof Left): string => `${left.filter((one) => one[key]).length} ${key}`
    expect(left.length).toBeGreaterThanOrEqual(rounds)
    await annotate(`${left.length} rounds: ${count('isTorn')}, ${count('isBetween')}, ${count('isPruned')}`)
  },
)
