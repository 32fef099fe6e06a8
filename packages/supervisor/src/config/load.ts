import type { Origin } from './given.ts'
import { toError } from './problem.ts'
import { presetOf, type SettingKey, settingKeys, type Values } from './settings.ts'
import { type ConfigSource, readSources } from './sources.ts'

/** The configuration in force: what the file says, over it the environment. Flags are the commands' own matter. */
export interface Config {
  /** The file that was read; undefined when there is none. */
  readonly file: string | undefined
  readonly values: Values
  readonly origins: Readonly<Record<SettingKey, Origin>>
}

/** @throws RT_CONFIG_INVALID with `file` and `line`, or `variable`, `key`, `expected` and `got` */
export async function loadConfig(source: ConfigSource = {}): Promise<Config> {
  const { file, given, problems } = await readSources(source)
  const [problem, ...others] = problems
  if (problem !== undefined) throw toError(problem, others.length)
  const byKey = new Map(given.map((one) => [one.key, one]))
  const values = settingKeys.map((key) => [key, (byKey.get(key) ?? { value: presetOf(key) }).value])
  const origins = settingKeys.map((key) => [key, byKey.get(key)?.origin ?? { from: 'default' }])
  return {
    file,
    // Each value fits its schema, of which its type is made, or is the preset.
    values: Object.freeze(Object.fromEntries(values)) as Values,
    origins: Object.fromEntries(origins) as Config['origins'],
  }
}
