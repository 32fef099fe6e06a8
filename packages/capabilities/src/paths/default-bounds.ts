import type { Context } from '../capability.ts'
import type { Bounds } from './judge.ts'

/** For a call that is given no access, such as one by hand: nothing is denied but what is critical. */
export function defaultBounds(context: Context): Bounds {
  return { roots: [context.workingDir, '/tmp', '/var/tmp'], deny: [], state: [] }
}
