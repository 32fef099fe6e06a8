import process from 'node:process'

/** What later jobs would meet if one changed it: the global object, and the objects that all code shares. */
const shared: readonly [string, object][] = [
  ['globalThis', globalThis],
  ['Object', Object],
  ['Object.prototype', Object.prototype],
  ['Array', Array],
  ['Array.prototype', Array.prototype],
  ['Function.prototype', Function.prototype],
  ['String.prototype', String.prototype],
  ['Number.prototype', Number.prototype],
  ['RegExp.prototype', RegExp.prototype],
  ['Promise', Promise],
  ['Promise.prototype', Promise.prototype],
  ['Map.prototype', Map.prototype],
  ['Set.prototype', Set.prototype],
  ['Date', Date],
  ['JSON', JSON],
  ['Math', Math],
  ['Reflect', Reflect],
  ['process', process],
  ['process.env', process.env],
  ['console', console],
]

/** Node adds these itself, when something first asks for what is behind them. */
const lazy = /^globalThis\.Symbol\(undici\.globalDispatcher\.\d\)$/u

type Picture = ReadonlyMap<string, PropertyDescriptor>

/** Remembers what a worker was like, and tells afterwards what is different. */
export class Residue {
  readonly #before: Picture = picture()
  readonly #resources = countResources()

  /** Names of what was changed, added or left open; empty when nothing was. */
  find(): string[] {
    const after = picture()
    const changed = [...new Set([...this.#before.keys(), ...after.keys()])].filter(
      (name) => !lazy.test(name) && !isSame(this.#before.get(name), after.get(name)),
    )
    return countResources() > this.#resources ? [...changed, 'open timers or handles'] : changed
  }
}

function picture(): Picture {
  return new Map(
    shared.flatMap(([name, object]) =>
      Reflect.ownKeys(object).map((key) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(object, key) ?? {}
        return [`${name}.${String(key)}`, descriptor] as const
      }),
    ),
  )
}

/** Node puts a value in the place of some accessors when they are first used. */
function isSame(before: PropertyDescriptor | undefined, after: PropertyDescriptor | undefined): boolean {
  if (before === undefined || after === undefined) return false
  if (before.get !== undefined && after.get === undefined) return true
  return before.get === after.get && before.set === after.set && Object.is(before.value, after.value)
}

function countResources(): number {
  return process.getActiveResourcesInfo().length
}
