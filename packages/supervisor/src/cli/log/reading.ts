import { RuntimoError } from '@runtimo/capabilities'
import { hasCode } from '../../linux/errno.ts'

/** What reading a log gives; undefined where there is no log. @throws RT_WAL_UNWRITABLE when the system refuses it */
export async function reading<Result>(
  path: string,
  read: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await read()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    if (error instanceof Error && 'syscall' in error)
      throw new RuntimoError('RT_WAL_UNWRITABLE', `${path}: ${error.message}`, { path }, { cause: error })
    throw error
  }
}

/** @throws RT_USAGE always: there is nothing of which that could be said */
export function noLog(path: string): never {
  throw new RuntimoError('RT_USAGE', `${path}: expected a log, and there is none with a record`, { path })
}
