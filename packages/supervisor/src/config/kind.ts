import { resolve } from 'node:path'
import type { Entry, NumberEntry } from './entry.ts'

/** How values of an entry are checked and read. */
interface Kind {
  /** JSON Schema. */
  readonly schema: object
  /** The same in words: what follows "expected". */
  readonly expected: string
  /** Of the text in an environment variable; text that is no such value is left for the schema to refuse. */
  readonly parse: (text: string) => unknown
}

const absolute = { type: 'string', pattern: '^/[^\\u0000]*$', maxLength: 4096 }
const anyPath = { type: 'string', pattern: '^[^\\u0000]+$', maxLength: 4096 }
const variable = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 256 }
const flags: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false }

export function kindOf(entry: Entry): Kind {
  switch (entry.kind) {
    case 'count':
    case 'amount':
      return numeric(entry)
    case 'flag':
      return {
        schema: { type: 'boolean' },
        expected: 'true or false',
        parse: (text) => (Object.hasOwn(flags, text) ? flags[text] : text),
      }
    case 'choice':
      return {
        schema: { enum: [...entry.names] },
        expected: `one of ${entry.names.join(', ')}`,
        parse: asItIs,
      }
    case 'word':
      return {
        schema: { type: 'string', minLength: 1, maxLength: 128 },
        expected: 'a text of 1 to 128 characters',
        parse: asItIs,
      }
    case 'path':
      return { schema: absolute, expected: 'an absolute path', parse: fromHere }
    case 'absolutePaths':
      return list(absolute, 'a list of absolute paths', fromHere)
    case 'paths':
      return list(anyPath, 'a list of paths', asItIs)
    case 'variables':
      return list(variable, 'a list of names of environment variables', asItIs)
  }
}

function numeric({ kind, min, max }: NumberEntry): Kind {
  const type = kind === 'count' ? 'integer' : 'number'
  const range = max === undefined ? `from ${min}` : `from ${min} to ${max}`
  return {
    schema: { type, minimum: min, maximum: max ?? Number.MAX_SAFE_INTEGER },
    expected: `a ${kind === 'count' ? 'whole ' : ''}number ${range}`,
    parse: (text) => (/^-?\d+(?:\.\d+)?$/u.test(text) ? Number(text) : text),
  }
}

function list(items: object, expected: string, parseItem: (text: string) => string): Kind {
  const schema = { type: 'array', maxItems: 256, items }
  return { schema, expected, parse: (text) => text.split(':').map(parseItem) }
}

function asItIs(text: string): string {
  return text
}

/** A path in the environment is one of the shell's. In a file a relative one would be another from each directory. */
function fromHere(text: string): string {
  return text === '' ? text : resolve(text)
}
