import { RuntimoError } from '@runtimo/capabilities'
import { parseBytes } from './bytes.ts'
import { toCamelCase } from './names.ts'

const flags: Readonly<Record<string, boolean>> = { true: true, false: false, yes: true, no: false }

/** `seccomp=true`, `network=none`, `memory=536870912`: what `--require` was given, as a requirement to be checked. */
export function parseRequirement(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(parsePair))
}

function parsePair(pair: string): readonly [string, unknown] {
  const [, field, text] = /^([a-z_]+)=(.+)$/u.exec(pair) ?? []
  if (field === undefined || text === undefined) {
    const message = `--require: expected FIELD=VALUE such as seccomp=true, got ${JSON.stringify(pair.slice(0, 64))}`
    throw new RuntimoError('RT_USAGE', message, { option: '--require', got: pair.slice(0, 64) })
  }
  const name = toCamelCase(field)
  if (Object.hasOwn(flags, text)) return [name, flags[text]]
  if (/^\d+(?:\.\d+)?$/u.test(text)) return [name, Number(text)]
  return [name, /^\d.*[KMGT]$/iu.test(text) ? parseBytes('--require', text) : text]
}
