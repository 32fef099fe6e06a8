import process from 'node:process'
import { builtins, isCommand, type Manifest, RuntimoError } from '@runtimo/capabilities'
import { nearest, type Source } from '@runtimo/worker'
import { HeldCode } from './held-code.ts'
import { locate } from './locate.ts'

/** What the supervisor knows of a capability: never its code. */
export interface CapabilityEntry {
  readonly name: string
  readonly kind: 'function' | 'command'
  readonly source: Source
  /** Absent of third-party ones: a worker describes them when they are run. */
  readonly manifest?: Manifest
  /** The files of a third-party one, as they were when it was registered. */
  readonly code?: HeldCode
}

/** The capabilities by name. Of third-party ones only files are looked at: nothing is loaded, and none of it runs, here. */
export class CapabilityRegistry {
  readonly #entries = new Map<string, CapabilityEntry>()

  constructor() {
    for (const builtin of builtins) {
      const { name } = builtin.manifest
      const kind = isCommand(builtin) ? 'command' : 'function'
      this.#entries.set(name, { name, kind, source: { kind: 'builtin', name }, manifest: builtin.manifest })
    }
  }

  /**
   * Registers the capability `name` of a file, a folder or an installed package, with its files as they are now.
   * @throws RT_INVALID_OPTION for a name that is taken, RT_LOAD_FAILED
   */
  async register(name: string, from: string): Promise<CapabilityEntry> {
    this.#refuseTaken(name)
    const entry = await this.open(name, from)
    this.#refuseTaken(name)
    this.#entries.set(name, entry)
    return entry
  }

  /** Forgets a third-party capability, so that its name can be registered again. False: there was none. */
  unregister(name: string): boolean {
    return this.#entries.get(name)?.code !== undefined && this.#entries.delete(name)
  }

  list(): readonly CapabilityEntry[] {
    return [...this.#entries.values()]
  }

  /** @throws RT_UNKNOWN_CAPABILITY */
  find(name: string): CapabilityEntry {
    const entry = this.#entries.get(name)
    if (entry !== undefined) return entry
    const known = [...this.#entries.keys()]
    const close = nearest(name, known)
    const hint = close === undefined ? '' : `, did you mean ${close}?`
    const message = `expected one of ${known.join(', ')}, got ${JSON.stringify(name.slice(0, 128))}${hint}`
    throw new RuntimoError('RT_UNKNOWN_CAPABILITY', message, { known })
  }

  /**
   * The capability of that name; with `from`, that of this file, folder or package, whatever is registered, with
   * its files as they are now.
   * @throws RT_UNKNOWN_CAPABILITY, RT_LOAD_FAILED
   */
  async open(name: string, from?: string): Promise<CapabilityEntry> {
    if (from === undefined) return this.find(name)
    const code = await HeldCode.take(await locate(from, process.cwd()))
    return { name, kind: 'function', source: { kind: 'file', path: code.location.entry }, code }
  }

  #refuseTaken(name: string): void {
    if (!this.#entries.has(name)) return
    throw new RuntimoError('RT_INVALID_OPTION', `a capability named ${name} is registered already`, { name })
  }
}
