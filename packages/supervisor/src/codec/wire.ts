import type { Json, JsonObject } from '@runtimo/capabilities'

/** Members whose content belongs to the user: their names are passed on as they are. */
const userOwned: ReadonlySet<string> = new Set(['data', 'args'])

/** A value of ours as it is written: names in snake_case, absent members left out. */
export function toWire(value: object): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]: [string, unknown]) => [
        toSnake(key),
        userOwned.has(key) ? toJson(item) : convert(item),
      ]),
  )
}

function convert(value: unknown): Json {
  if (Array.isArray(value)) return value.map(convert)
  if (typeof value === 'object' && value !== null) return toWire(value)
  return toJson(value)
}

/** Only what is JSON already comes here: ours by type, the user's by the checks at the door. */
function toJson(value: unknown): Json {
  return value === undefined ? null : JSON.parse(JSON.stringify(value))
}

function toSnake(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)
}
