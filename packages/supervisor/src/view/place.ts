import { lstatSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { RuntimoError } from '@runtimo/capabilities'
import { refusal } from '../isolation/requirement.ts'
import { mayEnter } from './type-at.ts'
import { isWithin } from './within.ts'

/** A directory of the host that a job is to have. */
export interface Place {
  /** Absolute and normalised, as the caller knows it. */
  readonly given: string
  /** The same without links. */
  readonly real: string
  readonly links: readonly PlaceLink[]
}

/** A link of the host on the way from the given path to the real one. */
export interface PlaceLink {
  /** The link itself, by a path without links. */
  readonly path: string
  /** Where it leads, without links. */
  readonly target: string
  /** The names that follow it in the given path. */
  readonly rest: readonly string[]
}

/** The kernel's own, of which a job gets new ones. Below /dev/shm are files like any other. */
const kernels = ['/proc', '/sys', '/dev']

/** What would cover the view's own, or hand out sockets by which one leaves the sandbox. */
const unshareable = new Map([
  ['/etc', 'it holds the secrets of this machine, and would hide the users and names made for the job'],
  ['/run', 'it holds the sockets of this machine'],
  ['/run/user', 'it holds the sockets of its users'],
])
const userSockets = /^\/run\/user\/\d+$/u

/** @throws RT_INVALID_OPTION for what is no directory, RT_POSTURE_UNAVAILABLE for what cannot be shared */
export function findPlace(option: string, path: string, base: string): Place {
  if (path === '' || path.includes('\0')) throw invalid(option, path, 'it is empty or holds a NUL')
  const given = resolve(base, path)
  const links = linksOf(option, given)
  const real = realpathSync(given)
  if (real === '/') throw invalid(option, given, 'it is the root: nothing would be outside of the sandbox')
  const kernel = kernels.find((other) => isWithin(real, other))
  if (kernel !== undefined && !real.startsWith('/dev/shm/')) {
    throw invalid(option, given, `${kernel} belongs to the kernel; the job has one of its own`)
  }
  if (!lstatSync(real).isDirectory()) throw invalid(option, given, 'it is not a directory')
  if (!mayEnter(real)) throw invalid(option, given, 'we may not enter it')
  const reason = unshareable.get(real) ?? (userSockets.test(real) ? unshareable.get('/run/user') : undefined)
  if (reason !== undefined) throw unavailable(option, given, reason)
  return { given, real, links }
}

/** Walks a path name by name, and throws at the one that is missing or cannot be passed. */
function linksOf(option: string, given: string): PlaceLink[] {
  const links: PlaceLink[] = []
  const names = given.split('/').filter(Boolean)
  let at = ''
  for (const [i, name] of names.entries()) {
    const path = `${at}/${name}`
    try {
      const isLink = lstatSync(path).isSymbolicLink()
      at = isLink ? realpathSync(path) : path
      if (isLink) links.push({ path, target: at, rest: names.slice(i + 1) })
      if (at === '/') at = ''
    } catch (error) {
      throw invalid(option, given, `${path}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return links
}

function invalid(option: string, path: string, reason: string): RuntimoError {
  const expected = 'an existing directory'
  return new RuntimoError('RT_INVALID_OPTION', `${option}: ${path} cannot be shared with a job: ${reason}`, {
    option,
    path,
    expected,
    got: reason,
  })
}

function unavailable(option: string, path: string, reason: string): RuntimoError {
  const cure = 'name the directories below it that the job really needs'
  return refusal([{ field: option, wanted: path, cause: `it cannot be shared with a job: ${reason}`, cure }])
}
