import process from 'node:process'

/** Flags by which packages find one another's sources; a debugger's port must not be inherited. */
export function nodeFlags(): readonly string[] {
  return process.execArgv.filter((flag) => flag.startsWith('--conditions='))
}
