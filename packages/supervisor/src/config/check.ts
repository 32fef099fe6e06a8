import { type Given, isPrefix } from './given.ts'
import { kindOf } from './kind.ts'
import { lineOf } from './parse-file.ts'
import { type Problem, show } from './problem.ts'
import { isSettingKey, settingKeys, settings } from './settings.ts'
import * as validators from './validators.js'

/**
 * What is wrong with values that were given, in their order.
 * @param text of the file, in which lines are looked for
 */
export async function findProblems(given: readonly Given[], text = ''): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const { key, value, origin } of given) {
    const isGood = isSettingKey(key) && validators.settings({ [key]: value })
    if (isGood) continue
    const expected = isSettingKey(key) ? kindOf(settings[key]).expected : await describeKey(key)
    const place =
      origin.from === 'file' ? { file: origin.name, line: lineOf(text, key) } : { variable: origin.name }
    problems.push({ ...place, key, expected, got: show(value) })
  }
  return problems
}

async function describeKey(key: string): Promise<string> {
  if (isPrefix(key)) return 'a table'
  // The launcher comes with it: loaded only to say what is wrong.
  const { nearest } = await import('@runtimo/worker')
  const meant = nearest(key, settingKeys)
  return `a known key${meant === undefined ? '' : ` (did you mean ${meant}?)`}`
}
