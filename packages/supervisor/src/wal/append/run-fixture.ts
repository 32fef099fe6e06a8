import { RuntimoError } from '@runtimo/capabilities'
import type { WalOptions } from '../../options/supervisor-options.ts'
import type { WalRecord } from '../record.ts'
import { MemoryDisk } from '../store/memory-disk-fixture.ts'
import { MemoryStore } from '../store/memory-store-fixture.ts'
import type { Store } from '../store/store.ts'
import { WalWriter } from '../writer.ts'
import { readWholeLog } from './whole-log-fixture.ts'

export const logPath = '/log/wal.jsonl'
/** So small that a few jobs bring everything about. */
export const smallOptions: WalOptions = { segmentBytes: 2500, maxBytes: 4000, reserveBytes: 2048 }

/** What became of the records of a run, by their names. */
export class Run {
  readonly submitted: Set<string> = new Set()
  readonly acknowledged: Set<string> = new Set()
  readonly refused: Map<string, string> = new Map()

  async append(
    writer: WalWriter,
    name: string,
    type: 'job_started' | 'job_completed',
    bytes = 0,
  ): Promise<void> {
    this.submitted.add(name)
    try {
      await writer.append({ type, job_id: name.split(' ')[0] ?? '', name, fill: 'x'.repeat(bytes) })
      this.acknowledged.add(name)
    } catch (error) {
      this.refused.set(name, error instanceof RuntimoError ? error.code : String(error))
    }
  }

  /** Two jobs at a time, with records that lie within a sector and across several. */
  async jobs(writer: WalWriter, count: number): Promise<void> {
    for (let n = 0; n < count; n += 2) {
      const pair = [n, n + 1]
      await Promise.all(
        pair.map((job) => this.append(writer, `${job} begins`, 'job_started', (job % 3) * 500)),
      )
      await Promise.all(
        pair.map((job) => this.append(writer, `${job} ends`, 'job_completed', (job % 2) * 300)),
      )
    }
  }
}

/** A disk with a log whose last record a crash has torn. */
export async function tornDisk(): Promise<{ readonly disk: MemoryDisk; readonly before: Run }> {
  const disk = new MemoryDisk()
  const store = new MemoryStore(disk)
  const before = new Run()
  {
    await using writer = new WalWriter(logPath, { ...smallOptions, store })
    await before.append(writer, 'zero begins', 'job_started')
    await before.append(writer, 'zero ends', 'job_completed')
  }
  await using file = await store.open(logPath)
  await file.append(Buffer.from('{"v":1,"seq":4,"ts":17'))
  return { disk, before }
}

/** What a next writer finds and leaves. @throws what is lost, invented, or not whole */
export async function checkNext(
  store: Store,
  { submitted }: Pick<Run, 'submitted'>,
  acknowledged: Iterable<string>,
  name = 'next',
): Promise<readonly WalRecord[]> {
  {
    await using writer = new WalWriter(logPath, { segmentBytes: 2500, reserveBytes: 2048, store })
    await writer.append({ type: 'job_started', job_id: name, name })
  }
  const records = await readWholeLog(logPath, store)
  const names = records.flatMap((record) => (typeof record['name'] === 'string' ? [record['name']] : []))
  const found = new Set(names)
  if (found.size !== names.length) throw new Error(`twice: ${names.join()}`)
  const invented = names.filter((one) => !submitted.has(one) && one !== name)
  if (invented.length > 0) throw new Error(`invented: ${invented.join()}`)
  // Names are given in the order of the calls: what was pruned is all in front of what is left.
  const order = [...submitted]
  const firstLeft = records[0]?.seq === 1 ? 0 : order.findIndex((submission) => found.has(submission))
  const kept = new Set(firstLeft < 0 ? [] : order.slice(firstLeft))
  const lost = [...acknowledged].filter((submission) => kept.has(submission) && !found.has(submission))
  if (lost.length > 0) throw new Error(`lost: ${lost.join()} of ${names.join()}`)
  return records
}
