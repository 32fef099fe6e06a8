import { join } from 'node:path'
import { RuntimoError } from '../errors/runtimo-error.ts'
import { identityAt } from '../files/identity.ts'
import { findCritical } from '../paths/critical.ts'
import { absolutePath, namesOf } from '../paths/name.ts'
import { openPlace, type OpenPlaceOptions } from '../paths/open-place.ts'

interface Missing {
  /** Of the file, absolute, without links. */
  readonly path: string
  /** Those that would be made, outermost first. */
  readonly directories: readonly string[]
}

/**
 * Which directories are missing on the way to a file; undefined when none is. Makes nothing.
 * @throws RT_FILE_…, as making them would
 */
export function findMissing(given: string, options: OpenPlaceOptions): Missing | undefined {
  const names = namesOf(absolutePath(given, options.workingDir))
  for (let length = names.length; length > 0; length--) {
    const path = tryPlace(`/${names.slice(0, length).join('/')}`, options)
    if (path === undefined) continue
    const rest = names.slice(length)
    // A file in the way, or `..` out of what is not there: opening the place says so.
    if (rest.length === 0 || rest.includes('..') || identityAt(path) !== 'absent') return undefined
    return checked(given, path, rest)
  }
  return undefined
}

/** The path of a name whose directory is there; undefined when that is missing, too. */
function tryPlace(path: string, options: OpenPlaceOptions): string | undefined {
  try {
    using place = openPlace(path, { ...options, followLast: false })
    return place.path
  } catch (error) {
    if (error instanceof RuntimoError && error.code === 'RT_FILE_NOT_FOUND') return undefined
    throw error
  }
}

function checked(given: string, first: string, rest: readonly string[]): Missing {
  const path = join(first, ...rest)
  const rule = findCritical(path, 'write')
  if (rule !== undefined) {
    const message = `${given} is not written: ${path} falls under the rule "${rule}"`
    throw new RuntimoError('RT_FILE_CRITICAL', message, { path: given, rule })
  }
  const directories = [first, ...rest.slice(0, -1).map((_name, i) => join(first, ...rest.slice(0, i + 1)))]
  return { path, directories }
}
