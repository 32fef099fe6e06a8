import { RuntimoError } from '@runtimo/capabilities'
import { describeMismatch } from '@runtimo/worker'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import { compileOwn } from './compile-own.ts'

/** Members that JSON Schema cannot describe: what each must be, in words, and the test for it. */
export type Natives = Readonly<Record<string, readonly [string, (value: unknown) => boolean]>>

/** Checks options of one kind: only own, known members of the right type and range. */
export class OptionCheck<T extends object> {
  readonly #validate: ValidateFunction
  readonly #natives: Natives

  constructor(properties: Readonly<Record<string, object>>, natives: Natives = {}) {
    const schema = { type: 'object', additionalProperties: false, properties }
    this.#validate = compileOwn(schema)
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
    if (!this.#validate(data)) throw this.#toError(data)
    for (const [name, value] of given) {
      const expected = Object.hasOwn(this.#natives, name) ? this.#natives[name] : undefined
      if (expected !== undefined && !expected[1](value)) throw invalid(name, expected[0], typeof value)
    }
    return Object.freeze(Object.assign(Object.create(null), Object.fromEntries(given)))
  }

  #toError(data: object): RuntimoError {
    const [first] = this.#validate.errors ?? []
    if (first === undefined) return invalid('options', 'valid options', 'others')
    const { pointer, expected, got } = describeMismatch(first, data)
    return invalid(pointer.slice(1).replaceAll('/', '.'), expected, got)
  }
}

function invalid(option: string, expected: string, got: string): RuntimoError {
  const message = `${option}: expected ${expected}, got ${got}`
  return new RuntimoError('RT_INVALID_OPTION', message, { option, expected, got })
}
