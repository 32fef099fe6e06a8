import type { Given } from './given.ts'
import { kindOf } from './kind.ts'
import { type Environment, fileVariable } from './location.ts'
import { settingKeys, settings, variableOf } from './settings.ts'

/** What the environment gives. An empty variable says nothing. */
export function parseEnvironment(environment: Environment): readonly Given[] {
  return settingKeys.flatMap((key) => {
    const name = variableOf(key)
    const text = environment[name] ?? ''
    return text === ''
      ? []
      : [{ key, value: kindOf(settings[key]).parse(text), origin: { from: 'environment', name } }]
  })
}

/** Variables that begin as ours do and mean nothing, each with the known one that is probably meant. */
export async function findMisspelt(
  environment: Environment,
): Promise<readonly { readonly variable: string; readonly meant: string }[]> {
  const { nearest } = await import('@runtimo/worker')
  const known = [...settingKeys.map(variableOf), fileVariable]
  return Object.keys(environment)
    .filter((name) => name.startsWith('RUNTIMO_') && !known.includes(name))
    .flatMap((variable) => {
      const meant = nearest(variable, known)
      return meant === undefined ? [] : [{ variable, meant }]
    })
}
