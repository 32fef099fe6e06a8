import { parse, TomlDate, TomlError } from 'smol-toml'
import type { Given } from './given.ts'
import { isPrefix } from './given.ts'
import type { Problem } from './problem.ts'

/** Longer ones are not searched for the line of a key: each line costs a parse. */
const maxLinesSearched = 1000

/** What the file gives, by dotted keys, or what is wrong with its TOML. */
export function parseFile(file: string, text: string): readonly Given[] | Problem {
  try {
    return flatten(parse(text), '').map(([key, value]) => ({
      key,
      value,
      origin: { from: 'file', name: file },
    }))
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [got = 'something else'] = error.message.replace(/^Invalid TOML document: /u, '').split('\n')
    return { file, line: error.line, expected: 'TOML', got }
  }
}

/** The line on which the value of a key ends: the first with which the lines up to it give that key. */
export function lineOf(text: string, key: string): number | undefined {
  const lines = text.split('\n')
  if (lines.length > maxLinesSearched) return undefined
  const index = lines.findIndex((_, last) => keysOf(lines.slice(0, last + 1).join('\n')).includes(key))
  return index < 0 ? undefined : index + 1
}

function keysOf(text: string): readonly string[] {
  try {
    return flatten(parse(text), '').map(([key]) => key)
  } catch {
    return []
  }
}

function flatten(table: object, prefix: string): (readonly [string, unknown])[] {
  return Object.entries(table).flatMap(([name, value]: [string, unknown]) => {
    const key = `${prefix}${name}`
    if (!isTable(value)) return [[key, value] as const]
    if (Object.keys(value).length > 0) return flatten(value, `${key}.`)
    return isPrefix(key) ? [] : [[key, value] as const]
  })
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof TomlDate)
}
