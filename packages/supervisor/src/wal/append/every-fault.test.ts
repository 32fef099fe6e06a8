import process from 'node:process'
import { beforeEach, expect, test, vi } from 'vitest'
import type { WalRecord } from '../record.ts'
import type { Fault, FaultKind, MemoryDisk } from '../store/memory-disk-fixture.ts'
import { MemoryStore } from '../store/memory-store-fixture.ts'
import { WalWriter } from '../writer.ts'
import { random } from './choices-fixture.ts'
import { checkNext, logPath, Run, smallOptions, tornDisk } from './run-fixture.ts'

// A busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })
// Pruning fails, too, and says so.
beforeEach(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined))

/** A run in which one call fails, or all from there on. */
async function runWith(fault: Fault | undefined): Promise<{ disk: MemoryDisk; run: Run; late: Run }> {
  const { disk, before: run } = await tornDisk()
  disk.calls = 0
  disk.fault = fault
  const late = new Run()
  {
    await using writer = new WalWriter(logPath, { ...smallOptions, store: new MemoryStore(disk) })
    await run.jobs(writer, 12)
    disk.fault = undefined
    await late.append(writer, 'late begins', 'job_started')
    await late.append(writer, 'late ends', 'job_completed')
  }
  return { disk, run, late }
}

const full = ['RT_WAL_FULL', 'RT_WAL_POISONED']
const broken = ['RT_WAL_POISONED', 'RT_WAL_UNWRITABLE']

test.each<[FaultKind, string, boolean, string[]]>([
  ['EINTR', 'at any call', false, []],
  ['short', 'at any call', false, []],
  ['short', 'from any call on', true, []],
  ['ENOSPC', 'at any call', false, full],
  ['ENOSPC', 'from any call on', true, full],
  ['EIO', 'at any call', false, broken],
  ['EIO', 'from any call on', true, broken],
])(
  '%s %s leaves a writer that is poisoned or right, and a next one that is right',
  async (kind, _when, isLasting, refusals) => {
    const { disk: clean } = await runWith(undefined)
    const met = new Set<string>()
    for (let at = 1; at <= clean.calls; at++) {
      const { disk, run, late } = await runWith({ at, kind, isLasting })
      if (!disk.isHit) continue
      const codes = [...run.refused.values(), ...late.refused.values()]
      for (const code of codes) met.add(code)
      const isPoisoned = codes.includes('RT_WAL_POISONED')
      // Poisoned for good, or as if nothing had been.
      expect([...new Set(late.refused.values())], `call ${at}`).toEqual(isPoisoned ? ['RT_WAL_POISONED'] : [])
      const submitted = new Set([...run.submitted, ...late.submitted])
      const acknowledged = [...run.acknowledged, ...late.acknowledged]
      // A disk that is mended is mounted anew: what it did not take, though it could be read, is gone then.
      const isMounted = isLasting && isPoisoned
      const left = isMounted ? disk.afterPowerCut(random(at)) : disk
      const check = async (store: MemoryStore, name: string): Promise<readonly WalRecord[]> => {
        try {
          return await checkNext(store, { submitted }, acknowledged, name)
        } catch (cause) {
          throw new Error(`${kind} at call ${at}, ${name}: ${String(cause)}`, { cause })
        }
      }
      const records = await check(new MemoryStore(left), 'next')
      // While nothing can be done, what failed cannot be cut off either: then RT_WAL_POISONED says that it is unknown.
      const isOut = (code: string): boolean => !isLasting || code !== 'RT_WAL_POISONED'
      const refused = [...run.refused].flatMap(([name, code]) => (isOut(code) ? [name] : []))
      const names = new Set(records.map(({ name }) => name))
      expect(
        refused.filter((name) => names.has(name)),
        `call ${at}: refused, but there`,
      ).toEqual([])
      submitted.add('next')
      await check(new MemoryStore(left.afterPowerCut(random(at)), 'boot 2'), 'after the power cut')
    }
    expect([...met].toSorted()).toEqual(refusals)
  },
)
