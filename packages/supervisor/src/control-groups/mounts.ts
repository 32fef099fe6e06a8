import { readText } from '../telemetry/read-text.ts'
import type { Version } from './controllers/index.ts'

/** A control group file system as /proc/self/mountinfo tells of it. */
export interface CgroupMount {
  readonly version: Version
  /** Which group the mount shows, seen from our control group namespace. */
  readonly shows: string
  readonly target: string
  /** Of version 1: the controllers among other options. */
  readonly options: readonly string[]
}

const versions: ReadonlyMap<string, Version> = new Map([
  ['cgroup', 1],
  ['cgroup2', 2],
])

/** The newest mount first: it hides those below it. */
export function readCgroupMounts(root: string): CgroupMount[] {
  const lines = (readText(root, '/proc/self/mountinfo') ?? '').split('\n')
  return lines.flatMap((line) => parseMount(line) ?? []).toReversed()
}

function parseMount(line: string): CgroupMount | undefined {
  const [before = '', after = ''] = line.split(' - ')
  const [, , , shows = '/', target = '/'] = before.split(' ')
  const [type = '', , options = ''] = after.split(' ')
  const version = versions.get(type)
  if (version === undefined) return undefined
  return { version, shows: unescape(shows), target: unescape(target), options: options.split(',') }
}

/** Blanks and backslashes stand there as octal numbers. */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/gu, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  )
}

/** Our group in each hierarchy: of version 2 under '', of version 1 under each controller's name. */
export function readOwnGroups(root: string): ReadonlyMap<string, string> {
  const lines = (readText(root, '/proc/self/cgroup') ?? '').split('\n')
  const groups = lines.flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/u.exec(line) ?? []
    if (controllers === undefined || path === undefined) return []
    return controllers.split(',').map((controller): [string, string] => [controller, path])
  })
  return new Map(groups)
}
