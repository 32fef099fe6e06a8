import { dirname } from 'node:path'
import { captureState } from '../backups/capture.ts'
import type { FileState } from '../backups/state.ts'
import { RuntimoError } from '../errors/runtimo-error.ts'
import type { Place } from '../paths/place.ts'

/** Opens the place of a path; never follows a link at the end. */
export type Opener = (path: string) => Place

export type Sight =
  | {
      readonly state: FileState
      /** Directories that the path is below and that are gone, the outermost first. */
      readonly missing: readonly string[]
    }
  /** Something that cannot be kept, so that it is never replaced. */
  | { readonly obstacle: string }

/** What stands at a path now. @throws RT_FILE_OUTSIDE, RT_FILE_CRITICAL, RT_FILE_PERMISSION, … */
export async function look(path: string, open: Opener): Promise<Sight> {
  const missing: string[] = []
  for (let at = path; ; at = dirname(at)) {
    const place = tryOpen(at, open)
    if (place === undefined) {
      missing.unshift(dirname(at))
      continue
    }
    using held = place
    if (held.path !== at) return { obstacle: `a link on the way, to ${held.path}` }
    const sight = await lookAt(held)
    if (at === path || 'obstacle' in sight || sight.state.kind === 'absent') return { ...sight, missing }
    return { obstacle: `${at}, which is no directory` }
  }
}

function tryOpen(path: string, open: Opener): Place | undefined {
  try {
    return open(path)
  } catch (error) {
    if (error instanceof RuntimoError && error.code === 'RT_FILE_NOT_FOUND') return undefined
    throw error
  }
}

async function lookAt(place: Place): Promise<Sight> {
  try {
    return { state: await captureState(place), missing: [] }
  } catch (error) {
    if (!(error instanceof RuntimoError)) throw error
    if (error.code === 'RT_FILE_NOT_REGULAR') return { obstacle: 'a device, a pipe or a socket' }
    if (error.code === 'RT_FILE_TOO_LARGE') return { obstacle: 'a file of more than 100 MiB' }
    throw error
  }
}
