import { findProblems } from './check.ts'
import type { Given } from './given.ts'
import { type ConfigLocation, type Environment, findConfig } from './location.ts'
import { parseEnvironment } from './parse-environment.ts'
import { parseFile } from './parse-file.ts'
import type { Problem } from './problem.ts'
import { readConfigFile } from './read-file.ts'

/** All that was said, the weightiest last, and all that is wrong with it. */
export interface Sources {
  /** The file that was read; undefined when there is none. */
  readonly file: string | undefined
  readonly given: readonly Given[]
  readonly problems: readonly Problem[]
}

export interface ConfigSource {
  /** In the place of RUNTIMO_CONFIG and of the usual one. */
  readonly file?: string | undefined
  /** `process.env` unless told. */
  readonly env?: Environment | undefined
}

export async function readSources({ file, env = process.env }: ConfigSource): Promise<Sources> {
  const location = file === undefined ? findConfig(env) : { path: file, isNamed: true }
  const fromFile = await readFile(location)
  const fromEnvironment = parseEnvironment(env)
  const given = [...fromFile.given, ...fromEnvironment]
  const problems = [...fromFile.problems, ...(await findProblems(fromEnvironment))]
  return { file: fromFile.file, given, problems }
}

async function readFile(location: ConfigLocation | undefined): Promise<Sources> {
  const text = location === undefined ? undefined : await readConfigFile(location)
  if (location === undefined || text === undefined) return { file: undefined, given: [], problems: [] }
  const { path: file } = location
  if (typeof text !== 'string') return { file, given: [], problems: [text] }
  const given = parseFile(file, text)
  return isProblem(given)
    ? { file, given: [], problems: [given] }
    : { file, given, problems: await findProblems(given, text) }
}

function isProblem(found: readonly Given[] | Problem): found is Problem {
  return 'expected' in found
}
