import { mkdir } from 'node:fs/promises'
import { hasCode } from '../linux/errno.ts'
import { openPrivate } from './location.ts'

/** What lies beside the log's own file, under names that begin as its does. */
const files = ['lock', 'pin', 'reserve', 'holder', 'index', 'broken', 'anchors', 'recovery'] as const
const folders = ['outputs', 'owners'] as const
/** Only for the length of a transaction. */
const passing = ['index-journal'] as const

/** The log's file and what belongs to it, whether it is there or not, without the ended segments. */
export function besideLog(path: string): string[] {
  return [path, ...[...files, ...folders, ...passing].map((name) => `${path}.${name}`)]
}

/** Makes all of them: what is not there cannot be hidden from a job, which could make it in our place. @throws RT_WAL_… */
export async function makeLogFiles(path: string): Promise<void> {
  for (const name of files) await (await openPrivate(`${path}.${name}`)).close()
  for (const name of folders) {
    await mkdir(`${path}.${name}`, { mode: 0o700 }).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error
    })
  }
}
