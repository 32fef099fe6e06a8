import { RuntimoError } from '@runtimo/capabilities'
import type { Store, StoreFile } from '../store/store.ts'
import type { Survey } from './survey.ts'
import { writeAll } from './write-all.ts'

/** Cuts off what a crash has torn, after a copy of it has reached the disk as `.broken` beside the log. @throws RT_WAL_UNWRITABLE */
export async function repair(log: StoreFile, { bytes, tornBytes }: Survey, store: Store): Promise<void> {
  try {
    await using broken = await store.open(`${log.path}.broken`)
    await writeAll(broken, await log.read(bytes, tornBytes))
    await broken.sync()
    await store.syncDirectory(log.path)
    await log.truncate(bytes)
    await log.sync()
  } catch (error) {
    if (error instanceof RuntimoError) throw error
    const message = `${log.path}: the torn last record cannot be repaired: ${String(error)}`
    throw new RuntimoError('RT_WAL_UNWRITABLE', message, { path: log.path, offset: bytes }, { cause: error })
  }
}
