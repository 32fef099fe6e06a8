import process from 'node:process'

/** The variables that a job may see of ours. A list of what is allowed: secrets have names that nobody can list. */
const allowed = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR)$/u

/** Marks every process of a boundary that has not cleared its environment; its value names the boundary. */
export const markName = 'RUNTIMO_BOUNDARY'

export function jobEnvironment(mark: string, additions: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => allowed.test(name))
  return { ...Object.fromEntries(ours), ...additions, [markName]: mark }
}
