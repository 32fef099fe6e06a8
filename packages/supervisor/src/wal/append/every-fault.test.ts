import { expect, test } from 'vitest'
import type { Fault, FaultKind, MemoryDisk } from '../store/memory-disk-fixture.ts'
import { MemoryStore } from '../store/memory-store-fixture.ts'
import { WalWriter } from '../writer.ts'
import { random } from './choices-fixture.ts'
import { checkNext, logPath, Run, smallOptions, tornDisk } from './run-fixture.ts'

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

test.each<[FaultKind, boolean]>([
  ['ENOSPC', false],
  ['EIO', false],
  ['EINTR', false],
  ['short', false],
  ['ENOSPC', true],
  ['EIO', true],
  ['short', true],
])(
  '%s at any call, and from there on: %s; the writer is poisoned or right, and the next one is right',
  async (kind, isLasting) => {
    const { disk: clean } = await runWith(undefined)
    const met = new Set<string>()
    for (let at = 1; at <= clean.calls; at++) {
      const { disk, run, late } = await runWith({ at, kind, isLasting })
      if (!disk.isHit) continue
      const codes = [...run.refused.values(), ...late.refused.values()]
      for (const code of codes) met.add(code)
      if (kind === 'EINTR' || kind === 'short') expect(codes, `call ${at}`).toEqual([])
      // Poisoned for good, or as if nothing had been.
      if (codes.includes('RT_WAL_POISONED'))
        expect(new Set(late.refused.values())).toEqual(new Set(['RT_WAL_POISONED']))
      else
        expect(
          [late.refused.size, codes.filter((code) => !/^RT_WAL_(FULL|UNWRITABLE)$/u.test(code))],
          `call ${at}`,
        ).toEqual([0, []])
      const submitted = new Set([...run.submitted, ...late.submitted])
      const acknowledged = [...run.acknowledged, ...late.acknowledged]
      const records = await checkNext(new MemoryStore(disk), { submitted }, acknowledged).catch(
        (error: unknown) => {
          throw new Error(`${kind} at call ${at}: ${String(error)}`, { cause: error })
        },
      )
      // While nothing can be done, what failed cannot be cut off either: then RT_WAL_POISONED says that it is unknown.
      const isOut = (code: string): boolean => !isLasting || code !== 'RT_WAL_POISONED'
      const refused = [...run.refused].flatMap(([name, code]) => (isOut(code) ? [name] : []))
      const names = new Set(records.map(({ name }) => name))
      expect(
        refused.filter((name) => names.has(name)),
        `call ${at}: refused, but there`,
      ).toEqual([])
      const store = new MemoryStore(disk.afterPowerCut(random(at)), 'boot 2')
      await checkNext(store, { submitted: submitted.add('next') }, acknowledged).catch((error: unknown) => {
        if (!String(error).startsWith('Error: twice: ')) throw error
      })
    }
    if (kind === 'EIO') expect(met).toContain('RT_WAL_POISONED')
  },
)
