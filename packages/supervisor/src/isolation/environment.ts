import process from 'node:process'
import type { Level } from '@runtimo/capabilities'

/** The variables of ours that say how to talk to people: no secrets, and no paths. */
const spoken = /^(LANG|LANGUAGE|LC_[A-Z]+|TZ)$/u
/** What the levels that share our file system see besides. */
const located = /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR)$/u
const fixedPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export interface EnvironmentOptions {
  readonly level: Level
  /** The job's own; undefined: ours. */
  readonly home: string | undefined
  /** Names of ours that the host allows in addition. */
  readonly names: readonly string[]
}

/** A list of what is allowed: secrets have names that nobody can list. */
export function jobEnvironment({ level, home, names }: EnvironmentOptions): Readonly<Record<string, string>> {
  const isOwnView = level === 'sandbox'
  const isAllowed = (name: string): boolean =>
    spoken.test(name) || names.includes(name) || (!isOwnView && located.test(name))
  const ours = Object.keys(process.env).filter(isAllowed)
  return {
    PATH: fixedPath,
    ...Object.fromEntries(ours.map((name) => [name, process.env[name] ?? ''])),
    ...(isOwnView ? { USER: 'job', LOGNAME: 'job', SHELL: '/bin/sh', TMPDIR: '/tmp' } : {}),
    ...(home === undefined ? {} : { HOME: home }),
  }
}
