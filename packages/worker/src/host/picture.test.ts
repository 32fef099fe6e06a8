import { expect, test } from 'vitest'
import { Picture } from './picture.ts'

const symbol = Symbol('mark')

test.each<[string, (object: Record<PropertyKey, unknown>) => void, string[]]>([
  ['nothing', () => undefined, []],
  ['a value', (object) => (object['a'] = 2), ['it.a']],
  ['a value put back', (object) => Object.assign(object, { a: 2 }, { a: 1 }), []],
  ['one added', (object) => (object['c'] = 1), ['it.c']],
  ['one added by a symbol', (object) => (object[symbol] = 1), ['it.Symbol(mark)']],
  ['one that is gone', (object) => delete object['a'], ['it.a']],
  ['one that stands for another', (object) => delete object['a'] && (object['c'] = 1), ['it.a', 'it.c']],
  ['one made anew, in another place', (object) => delete object['a'] && (object['a'] = 1), []],
  ['a getter', (object) => Object.defineProperty(object, 'a', { get: () => 1 }), ['it.a']],
  ['another getter', (object) => Object.defineProperty(object, 'b', { get: () => 2 }), ['it.b']],
])('what is different is named: %s', (_name, change, changes) => {
  const object = Object.defineProperty({ a: 1 }, 'b', { get: () => 2, configurable: true })
  const picture = new Picture('it', object)
  change(object)
  const names: string[] = []
  picture.addChanges(names)
  expect(names).toEqual(changes)
})
