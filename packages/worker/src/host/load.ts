import { pathToFileURL } from 'node:url'
import { type Capability, findBuiltin, type FunctionCapability, RuntimoError } from '@runtimo/capabilities'
import type { Source } from '../protocol/messages.ts'
import { describeThrown } from './thrown.ts'

/** The capability behind a source: one of ours, or the default export (`module.exports`) of a module file. */
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
    const exported = member(module, 'default')
    // What a compiler made of `export default` for require().
    return member(exported, '__esModule') === true ? member(exported, 'default') : exported
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
  const manifest = member(value, 'manifest')
  return typeof manifest === 'object' && manifest !== null && typeof member(value, 'execute') === 'function'
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
