import { limitCatalogue, type LimitKey, limitKeys } from '@runtimo/capabilities'
import { defaultLimits } from '../limits/defaults.ts'
import type { NumberEntry } from './entry.ts'

type Snake<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${Snake<Rest>}`
    : `_${Lowercase<First>}${Snake<Rest>}`
  : Text

export type LimitSettingKey = `policy.limits.${Snake<LimitKey>}`

/** The name of a ceiling in the configuration. */
export function limitSettingKey(key: LimitKey): LimitSettingKey {
  const snake = key.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)
  // What Snake does to the type is done to the text above.
  return `policy.limits.${snake}` as LimitSettingKey
}

/** One setting for each ceiling of the catalogue. */
// The entries have these keys and no others, which Object.fromEntries() does not say.
export const limitSettings = Object.fromEntries(
  limitKeys.map((key) => [limitSettingKey(key), toEntry(key)]),
) as Readonly<Record<LimitSettingKey, NumberEntry>>

interface Limit {
  readonly description: string
  readonly unit: string
  readonly minimum: number
  readonly maximum?: number
  readonly isFraction?: boolean
}

function toEntry(key: LimitKey): NumberEntry {
  const { description, unit, minimum, maximum, isFraction }: Limit = limitCatalogue[key]
  const inUnit = description.includes(unit) ? '' : `, in ${unit}`
  return {
    kind: isFraction === true ? 'amount' : 'count',
    min: minimum,
    ...(maximum === undefined ? {} : { max: maximum }),
    otherwise: presetOf(key),
    description: `ceiling of every job: ${description}${inUnit}`,
  }
}

function presetOf(key: LimitKey): string {
  if (key === 'memoryBytes') return 'half of the memory there is, at most 4 GiB'
  const preset = defaultLimits({ memoryBytes: 0 })[key]
  return preset === undefined ? 'none' : String(preset)
}
