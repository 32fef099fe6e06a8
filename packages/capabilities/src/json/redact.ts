import { isJsonObject, type Json } from './json.ts'

/**
 * Names of the members that a schema marks as secret, wherever they stand in it. `all`: it marks something that
 * has no name of its own, such as a definition that is referred to.
 */
export type Secrets = ReadonlySet<string> | 'all'

export const redacted = '[redacted]'

/** Shorter ones stand in many a text by chance, and would make the log unreadable. */
const shortestScrubbed = 8

/** What the schema of a capability's arguments marks with `"secret": true`. The schema is data, and never compiled. */
export function secretsOf(schema: Json): Secrets {
  const names = new Set<string>()
  return collect(schema, undefined, names) ? names : 'all'
}

/** Every member of a secret name is replaced whole, at any depth: rather too much than too little. */
export function redact(value: Json, secrets: Secrets): Json {
  if (secrets === 'all') return redacted
  if (secrets.size === 0) return value
  return mapMembers(value, (name, member) => (secrets.has(name) ? redacted : redact(member, secrets)))
}

/** The texts that are secret in a value: to be taken out wherever they come back. */
export function secretTexts(value: Json, secrets: Secrets): string[] {
  const texts = new Set<string>()
  gather(value, secrets, secrets === 'all', texts)
  // A longer one may hold a shorter one.
  return [...texts].toSorted((a, b) => b.length - a.length)
}

/** A value without these texts, in its strings and its names. */
export function scrub<T extends Json>(value: T, texts: readonly string[]): T
export function scrub(value: Json, texts: readonly string[]): Json {
  if (texts.length === 0) return value
  if (typeof value === 'string') return scrubText(value, texts)
  if (Array.isArray(value)) return value.map((item) => scrub(item, texts))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [scrubText(name, texts), scrub(member, texts)]),
  )
}

function scrubText(text: string, texts: readonly string[]): string {
  return texts.reduce((left, secret) => left.replaceAll(secret, redacted), text)
}

/** False: something is secret whose name is not known. */
function collect(schema: Json, name: string | undefined, names: Set<string>): boolean {
  if (Array.isArray(schema)) return schema.every((item) => collect(item, name, names))
  if (!isJsonObject(schema)) return true
  if (schema['secret'] === true) {
    if (name === undefined) return false
    names.add(name)
  }
  return Object.entries(schema).every(([keyword, value]) => {
    if (keyword !== 'properties' || !isJsonObject(value)) return collect(value, name, names)
    return Object.entries(value).every(([property, inner]) => collect(inner, property, names))
  })
}

function mapMembers(value: Json, change: (name: string, member: Json) => Json): Json {
  if (Array.isArray(value)) return value.map((item) => mapMembers(item, change))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(name, member)]))
}

function gather(value: Json, secrets: Secrets, isSecret: boolean, texts: Set<string>): void {
  if (typeof value === 'string') {
    if (isSecret && value.length >= shortestScrubbed) texts.add(value)
  } else if (Array.isArray(value)) for (const item of value) gather(item, secrets, isSecret, texts)
  else if (isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      gather(member, secrets, isSecret || (secrets !== 'all' && secrets.has(name)), texts)
    }
  }
}
