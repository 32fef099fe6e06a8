import { settingKeys } from './settings.ts'

/** Where a value comes from: `name` is the file or the variable. */
export interface Origin {
  readonly from: 'default' | 'file' | 'environment'
  readonly name?: string
}

/** What somebody says that a setting is; nothing of it is checked. */
export interface Given {
  readonly key: string
  readonly value: unknown
  readonly origin: Origin
}

/** True for `wal`, under which there are settings. */
export function isPrefix(key: string): boolean {
  return settingKeys.some((known) => known.startsWith(`${key}.`))
}
