import { pathToFileURL } from 'node:url'
import { type Capability, findBuiltin, type FunctionCapability, RuntimoError } from '@runtimo/capabilities'
import type { Source } from '../protocol/messages.ts'
import { describeThrown } from './thrown.ts'

/** The capability behind a source: one of ours, or the default export of a module file. */
export async function load(source: Source): Promise<Capability> {
  if (source.kind === 'builtin') {
    const builtin = findBuiltin(source.name)
    if (builtin === undefined) throw new RuntimoError('RT_LOAD_FAILED', `no built-in is named ${source.name}`)
    return builtin
  }
  return toCapability(await importDefault(source.path), source.path)
}

async function importDefault(path: string): Promise<unknown> {
  try {
    const module: unknown = await import(pathToFileURL(path).href)
    return typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined
  } catch (error) {
    throw new RuntimoError('RT_LOAD_FAILED', `${path}: ${describeThrown(error).message}`, { path })
  }
}

function toCapability(value: unknown, path: string): Capability {
  if (isFunctionCapability(value)) {
    // Only these two members count: a module cannot pass for a command.
    return { manifest: value.manifest, execute: (args, context) => value.execute(args, context) }
  }
  throw new RuntimoError(
    'RT_LOAD_FAILED',
    `${path}: expected a default export { manifest, execute }, got ${value === null ? 'null' : typeof value}`,
    { path, expected: 'default { manifest: object, execute: function }' },
  )
}

function isFunctionCapability(value: unknown): value is FunctionCapability {
  if (typeof value !== 'object' || value === null) return false
  const manifest: unknown = Reflect.get(value, 'manifest')
  return (
    typeof manifest === 'object' && manifest !== null && typeof Reflect.get(value, 'execute') === 'function'
  )
}
