import { join } from 'node:path'
import { linesOf } from '../append/lines.ts'
import { decodeLine } from '../line.ts'
import { outputsOf } from '../outputs.ts'
import { endedAmong } from '../segments.ts'
import type { Store } from '../store/store.ts'

/** An output is stored, or touched, before its record is made; by less than this. */
const marginMs = 3_600_000

/** Removes large outputs to which no record that is left can refer: older than the oldest of them. */
export async function sweepOutputs(logPath: string, store: Store): Promise<void> {
  const oldest = await readOldestMs(logPath, store)
  if (oldest === undefined) return
  const directory = outputsOf(logPath)
  for (const name of await store.list(join(directory, 'any'))) {
    const path = join(directory, name)
    const found = store.find(path)
    if (found !== undefined && found.modifiedMs < oldest - marginMs) await store.remove(path)
  }
}

async function readOldestMs(logPath: string, store: Store): Promise<number | undefined> {
  const path = endedAmong(await store.list(logPath), logPath)[0]?.path ?? logPath
  await using file = await store.openExisting(path)
  if (file === undefined) return undefined
  for await (const { bytes } of linesOf(file)) {
    const record = decodeLine(bytes)
    return typeof record === 'string' ? undefined : record.ts * 1000
  }
  return undefined
}
