import type { MemoryDisk } from '../store/memory-disk-fixture.ts'
import { MemoryStore } from '../store/memory-store-fixture.ts'
import { WalWriter } from '../writer.ts'
import { logPath, type Run, smallOptions, tornDisk } from './run-fixture.ts'

export interface Moment {
  readonly call: string
  readonly disk: MemoryDisk
  readonly acknowledged: readonly string[]
}

/** A run with repair, rotation and pruning, with the disk as it was before each call. */
export async function record(
  makeStore: (disk: MemoryDisk) => MemoryStore = (disk) => new MemoryStore(disk),
): Promise<{ readonly run: Run; readonly moments: readonly Moment[] }> {
  const { disk, before: run } = await tornDisk()
  const moments: Moment[] = []
  disk.onCall = (call) => moments.push({ call, disk: disk.clone(), acknowledged: [...run.acknowledged] })
  {
    await using writer = new WalWriter(logPath, { ...smallOptions, store: makeStore(disk) })
    await run.jobs(writer, 12)
  }
  disk.onCall('the end')
  return { run, moments }
}
