import { RuntimoError } from '@runtimo/capabilities'
import { describeMismatch } from '@runtimo/worker'
import type { ValidateFunction } from 'ajv'
import { schemaAt } from './schemas.ts'
import { runOptions, supervisorOptions } from './validators.js'

type Kind = 'runOptions' | 'supervisorOptions'

const validators: Readonly<Record<Kind, ValidateFunction>> = { runOptions, supervisorOptions }

/** Members that JSON Schema cannot describe: what each must be, in words, and the test for it. */
export type Natives = Readonly<Record<string, readonly [string, (value: unknown) => boolean]>>

/** Checks options of one kind: only own, known members of the right type and range. */
export class OptionCheck<T extends object> {
  readonly #kind: Kind
  readonly #natives: Natives

  constructor(kind: Kind, natives: Natives = {}) {
    this.#kind = kind
    this.#natives = natives
  }

  /**
   * A frozen copy without a prototype, without members that are undefined.
   * @throws RT_INVALID_OPTION naming the option, what was expected and what was got
   */
  check(options: T): T {
    if (typeof options !== 'object' || options === null)
      throw invalid('options', 'an object', String(options))
    const given = Object.entries(options).filter(([, value]) => value !== undefined)
    const data = Object.fromEntries(given.filter(([name]) => !Object.hasOwn(this.#natives, name)))
    if (!validators[this.#kind](data)) throw this.#toError(data)
    for (const [name, value] of given) {
      const expected = Object.hasOwn(this.#natives, name) ? this.#natives[name] : undefined
      if (expected !== undefined && !expected[1](value)) throw invalid(name, expected[0], typeof value)
    }
    return Object.freeze(Object.assign(Object.create(null), Object.fromEntries(given)))
  }

  #toError(data: object): RuntimoError {
    const [first] = validators[this.#kind].errors ?? []
    if (first === undefined) return invalid('options', 'valid options', 'others')
    const parentSchema = schemaAt(this.#kind, first.instancePath)
    const { pointer, expected, got } = describeMismatch({ ...first, parentSchema }, data)
    return invalid(pointer.slice(1).replaceAll('/', '.'), expected, got)
  }
}

function invalid(option: string, expected: string, got: string): RuntimoError {
  const message = `${option}: expected ${expected}, got ${got}`
  return new RuntimoError('RT_INVALID_OPTION', message, { option, expected, got })
}
