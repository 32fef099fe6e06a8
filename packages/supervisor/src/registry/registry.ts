import { resolve } from 'node:path'
import { builtins, isCommand, type Manifest, RuntimoError } from '@runtimo/capabilities'
import { nearest, type Source } from '@runtimo/worker'

/** What the supervisor knows of a capability: never its code. */
export interface CapabilityEntry {
  readonly name: string
  readonly kind: 'function' | 'command'
  readonly source: Source
  /** Absent of a module file: its worker describes it when it is run. */
  readonly manifest?: Manifest
}

/** The capabilities by name. A module file is registered by its path alone; nothing of it is loaded here. */
export class CapabilityRegistry {
  readonly #entries = new Map<string, CapabilityEntry>()

  constructor() {
    for (const builtin of builtins) {
      const { name } = builtin.manifest
      const kind = isCommand(builtin) ? 'command' : 'function'
      this.#entries.set(name, { name, kind, source: { kind: 'builtin', name }, manifest: builtin.manifest })
    }
  }

  /** Registers the capability `name` of a module file. A name that is taken is refused. */
  register(name: string, from: string): CapabilityEntry {
    if (this.#entries.has(name)) {
      throw new RuntimoError('RT_INVALID_OPTION', `a capability named ${name} is registered already`, {
        name,
      })
    }
    const entry = toEntry(name, from)
    this.#entries.set(name, entry)
    return entry
  }

  list(): readonly CapabilityEntry[] {
    return [...this.#entries.values()]
  }

  /**
   * The capability of that name; with `from`, that of this module, whatever is registered.
   * @throws RT_UNKNOWN_CAPABILITY
   */
  find(name: string, from?: string): CapabilityEntry {
    if (from !== undefined) return toEntry(name, from)
    const entry = this.#entries.get(name)
    if (entry !== undefined) return entry
    const known = [...this.#entries.keys()]
    const close = nearest(name, known)
    const hint = close === undefined ? '' : `, did you mean ${close}?`
    const message = `expected one of ${known.join(', ')}, got ${JSON.stringify(name.slice(0, 128))}${hint}`
    throw new RuntimoError('RT_UNKNOWN_CAPABILITY', message, { known })
  }
}

function toEntry(name: string, from: string): CapabilityEntry {
  return { name, kind: 'function', source: { kind: 'file', path: resolve(from) } }
}
