import { basename, dirname } from 'node:path'
import type { Step } from './directory.ts'
import { identityAt } from './identity.ts'

/**
 * A place by what it is, not by how it is called: something that exists, and names below it that need not. So it is
 * known by another name as well, through a link or a mount, and before it is there.
 */
interface Spot {
  readonly id: string
  /** The last may end in `*`: any name that begins so. */
  readonly rest: readonly string[]
}

/** A path and what it stands for: where it is, and what it leads to when it is there. */
export interface Barrier {
  readonly path: string
  readonly spots: readonly Spot[]
}

export function barrierOf(path: string): Barrier {
  const target = identityAt(path)
  return { path, spots: [above(path), ...(target === undefined ? [] : [{ id: target, rest: [] }])] }
}

/** Whether the way goes through the barrier, or ends there. */
export function isBehind(barrier: Barrier, steps: readonly Step[]): boolean {
  return barrier.spots.some(({ id, rest }) =>
    steps.some((step, i) => step.id === id && rest.every((name, k) => isNamed(steps[i + 1 + k]?.name, name))),
  )
}

function isNamed(name: string | undefined, pattern: string): boolean {
  return pattern.endsWith('*') ? name?.startsWith(pattern.slice(0, -1)) === true : name === pattern
}

/** From the nearest directory that exists; `/` does. */
function above(path: string): Spot {
  const rest: string[] = []
  let directory = path
  let id: string | undefined
  do {
    rest.unshift(basename(directory))
    directory = dirname(directory)
    id = identityAt(directory)
  } while (id === undefined && directory !== '/')
  return { id: id ?? '', rest }
}
