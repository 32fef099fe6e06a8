import type { Json, JsonObject } from '@runtimo/capabilities'

/** Members whose content belongs to the user: their names are passed on as they are. */
const userOwned: ReadonlySet<string> = new Set(['data', 'args'])

/** A value of ours as it is written: names in snake_case, absent members left out. */
export function toWire(value: object): JsonObject {
  const written: [string, Json][] = []
  for (const [name, item] of Object.entries(value) as [string, unknown][]) {
    if (item === undefined) continue
    written.push([toSnake(name), userOwned.has(name) ? toJson(item) : convert(item)])
  }
  return Object.fromEntries(written)
}

function convert(value: unknown): Json {
  if (Array.isArray(value)) return value.map(convert)
  if (typeof value === 'object' && value !== null) return toWire(value)
  return toJson(value)
}

/** Only what is JSON already comes here: ours by type, the user's by the checks at the door. */
function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return JSON.parse(JSON.stringify(value))
}

function toSnake(name: string): string {
  return /[A-Z]/u.test(name) ? name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`) : name
}
