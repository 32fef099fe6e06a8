import { closeSync, constants, openSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { toFileError } from '../paths/file-error.ts'
import { beside } from '../paths/beside.ts'
import type { Place } from '../paths/place.ts'

const O_PATH = 0o10000000
const flags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW

/**
 * The place of a path out of a journal: such a path has no links, and so none is followed, on the way or at the end.
 * @throws RT_FILE_NOT_FOUND when a directory is missing, or is none any more; RT_FILE_PERMISSION, RT_FILE_IO
 */
export function openRecorded(path: string): Place {
  using release = new DisposableStack()
  let directory = openSync('/', flags)
  release.defer(() => closeSync(directory))
  for (const name of dirname(path).split('/').filter(Boolean)) {
    const next = openNext(directory, name, path)
    closeSync(directory)
    directory = next
  }
  const held = release.move()
  const name = basename(path)
  return {
    path,
    directory,
    name,
    at: beside({ directory }, name),
    created: [],
    [Symbol.dispose]: () => held.dispose(),
  }
}

function openNext(directory: number, name: string, path: string): number {
  try {
    return openSync(beside({ directory }, name), flags)
  } catch (error) {
    // Of a link, too, the system says that it is no directory.
    throw toFileError(error, path)
  }
}
