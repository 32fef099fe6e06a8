import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** The variable that names the file. */
export const fileVariable = 'RUNTIMO_CONFIG'

export interface ConfigLocation {
  readonly path: string
  /** Somebody named it: that it is missing is then an error. */
  readonly isNamed: boolean
}

/** Where the configuration is; undefined for a user without a home. */
export function findConfig(environment: Environment): ConfigLocation | undefined {
  const named = environment[fileVariable] ?? ''
  if (named !== '') return { path: resolve(named), isNamed: true }
  // A relative one would be another file in each directory: the XDG specification says to ignore it.
  const homes = [environment['XDG_CONFIG_HOME'] ?? '', join(environment['HOME'] ?? homedir(), '.config')]
  const base = homes.find(isAbsolute)
  return base === undefined ? undefined : { path: join(base, 'runtimo/config.toml'), isNamed: false }
}
