import { defaultDirectory } from '../wal/location.ts'
import type { Entry, ValueOf } from './entry.ts'
import { type LimitSettingKey, limitSettings } from './limit-settings.ts'
import { table } from './table.ts'

type Table = typeof table
export type SettingKey = keyof Table | LimitSettingKey

/** Every setting's value, by its key. */
export type Values = { readonly [Key in keyof Table]: ValueOf<Table[Key]> } & {
  readonly [Key in LimitSettingKey]: number | undefined
}

export const settings: Readonly<Record<SettingKey, Entry>> = { ...table, ...limitSettings }

// The literal above has these keys and no others, which Object.keys() does not say.
export const settingKeys: readonly SettingKey[] = Object.keys(settings) as SettingKey[]

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settings, key)
}

/** `wal.max_bytes` in the environment: RUNTIMO_WAL_MAX_BYTES. */
export function variableOf(key: SettingKey): string {
  return `RUNTIMO_${key.replaceAll('.', '_').toUpperCase()}`
}

/** What holds when nobody says; undefined where that is left to the supervisor. */
export function presetOf(key: SettingKey): unknown {
  const entry = settings[key]
  return entry.kind === 'path' ? `${defaultDirectory()}/${entry.below}` : entry.preset
}
