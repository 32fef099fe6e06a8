import { RuntimoError } from '../errors/runtimo-error.ts'
import { errnoOf } from '../linux/errno.ts'
import { resolveAtOnce } from './at-once.ts'
import type { Purpose } from './critical.ts'
import { pathOf } from './directory.ts'
import { toFileError } from './file-error.ts'
import type { Found, ResolveOptions, Resolver } from './found.ts'
import { type Bounds, Judge } from './judge.ts'
import { absolutePath } from './name.ts'
import type { Place } from './place.ts'
import { walk } from './walk.ts'

export interface OpenPlaceOptions {
  readonly access: Bounds
  /** Absolute; where relative paths start. */
  readonly workingDir: string
  readonly purpose: Purpose
  /** Makes missing directories on the way, mode 0777 less the umask, durably. */
  readonly createParents?: boolean
  /** False: a link, or a directory, under the last name is itself what is meant. True unless given. */
  readonly followLast?: boolean
}

/** A way to the place changes under our hands no more often than this by chance. */
const maxAttempts = 40

/**
 * Finds where a path leads, with a directory held open instead of a check before the use: what is exchanged later leads
 * nowhere else. The last name need not exist.
 * @throws RT_FILE_NAME, RT_FILE_OUTSIDE, RT_FILE_CRITICAL, RT_FILE_NOT_FOUND, RT_FILE_NOT_REGULAR, RT_FILE_PERMISSION,
 * RT_FILE_IO (`errno` ELOOP after 40 links)
 */
export function openPlace(
  path: string,
  options: OpenPlaceOptions,
  resolvers: readonly Resolver[] = resolversFor(options.purpose),
): Place {
  const { workingDir, purpose, access, followLast = true, createParents = false } = options
  const given = absolutePath(path, workingDir)
  const judge = new Judge(given, access, purpose)
  const found = resolve(given, { judge, followLast, createParents }, resolvers)
  using release = new DisposableStack()
  const directory = release.use(found.directory)
  const { last } = found
  const steps = last === undefined ? directory.steps : [...directory.steps, last]
  if (!judge.isRoot(steps.at(-1)) || !followLast) judge.demand({ steps, aliases: found.aliases })
  if (last === undefined || found.endsAsDirectory || (followLast && last.kind === 'directory')) {
    throw notRegular(given, found)
  }
  const held = release.move()
  return {
    path: pathOf(steps),
    directory: directory.fd,
    name: last.name,
    at: directory.at(last.name),
    created: found.created,
    [Symbol.dispose]: () => held.dispose(),
  }
}

/** Who writes has koffi loaded anyway; who reads would pay its 7 ms to save a walk that takes less than one. */
function resolversFor(purpose: Purpose): readonly Resolver[] {
  return purpose === 'write' ? [resolveAtOnce, walk] : [walk]
}

function resolve(given: string, options: ResolveOptions, resolvers: readonly Resolver[]): Found {
  for (let attempt = 1; ; attempt++) {
    try {
      for (const resolver of resolvers) {
        const found = resolver(given, options)
        if (found !== undefined) return found
      }
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN' || attempt === maxAttempts) throw toFileError(error, given)
    }
  }
}

function notRegular(path: string, { last, endsAsDirectory }: Found): RuntimoError {
  const isSlash = endsAsDirectory && last?.kind !== 'directory'
  const reason = isSlash ? 'ends as the name of a directory' : 'is a directory'
  return new RuntimoError('RT_FILE_NOT_REGULAR', `${path} ${reason}, not a file`, { path })
}
