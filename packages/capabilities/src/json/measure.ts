import { jsonStringBytes } from './string-bytes.ts'

/** Why a value is no acceptable JSON; `pointer` is an RFC 6901 pointer to the place, cut short by … when too deep. */
export interface JsonProblem {
  readonly kind: 'too_large' | 'too_deep' | 'not_json' | 'forbidden_key'
  readonly pointer: string
  /** What stands at that place, in words. */
  readonly got: string
}

export interface JsonLimits {
  /** Bytes of the compact UTF-8 JSON text. */
  readonly maxBytes: number
  /** Levels of nesting; 512 unless told, far below where recursive readers overflow. */
  readonly maxDepth?: number
}

interface Frame {
  readonly key: string | number
  readonly value: object
  readonly keys: readonly string[] | undefined
  next: number
  written: number
}

/**
 * The exact size that `JSON.stringify(value)` would have as UTF-8, or what is wrong with the value.
 * Nothing is serialised and the walk ends at the first byte over the limit, so a hostile value costs
 * no more than an acceptable one.
 */
export function measureJson(value: unknown, limits: JsonLimits): number | JsonProblem {
  const maxDepth = limits.maxDepth ?? 512
  const stack: Frame[] = []
  let bytes = 0

  const problem = (kind: JsonProblem['kind'], got: string, ...rest: (string | number)[]): JsonProblem => ({
    kind,
    pointer: (kind === 'too_deep' ? stack.slice(0, 17) : stack)
      .slice(1)
      .map((frame) => frame.key)
      .concat(kind === 'too_deep' ? ['…'] : rest)
      .map((part) => `/${String(part).slice(0, 256).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join(''),
    got,
  })

  const enter = (item: unknown, key: string | number): JsonProblem | undefined => {
    const here = stack.length === 0 ? [] : [key]
    switch (typeof item) {
      case 'string':
        bytes += jsonStringBytes(item, limits.maxBytes - bytes)
        return undefined
      case 'number':
        if (!Number.isFinite(item)) return problem('not_json', String(item), ...here)
        bytes += String(Object.is(item, -0) ? 0 : item).length
        return undefined
      case 'boolean':
        bytes += item ? 4 : 5
        return undefined
      case 'object': {
        if (item === null) {
          bytes += 4
          return undefined
        }
        if (!isPlain(item)) return problem('not_json', describeObject(item), ...here)
        if (stack.length >= maxDepth) return problem('too_deep', `more than ${maxDepth} levels`, ...here)
        bytes += 2
        const keys = Array.isArray(item) ? undefined : Object.keys(item)
        stack.push({ key, value: item, keys, next: 0, written: 0 })
        return undefined
      }
      case 'undefined':
      case 'bigint':
      case 'symbol':
      case 'function':
        return problem('not_json', typeof item, ...here)
    }
  }

  const first = enter(value, '')
  if (first !== undefined) return first
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    if (bytes > limits.maxBytes) return problem('too_large', `more than ${limits.maxBytes} bytes`)
    const length = frame.keys === undefined ? lengthOf(frame.value) : frame.keys.length
    if (frame.next >= length) {
      stack.pop()
      continue
    }
    const key = frame.keys === undefined ? frame.next : (frame.keys[frame.next] ?? '')
    frame.next += 1
    const item: unknown = Reflect.get(frame.value, key)
    if (typeof key === 'string') {
      // As JSON.stringify does: a property that is undefined is left out.
      if (item === undefined) continue
      if (isForbidden(key, item)) return problem('forbidden_key', key, key)
      bytes += jsonStringBytes(key, limits.maxBytes - bytes) + 1
    }
    if (frame.written > 0) bytes += 1
    frame.written += 1
    const found = enter(item, key)
    if (found !== undefined) return found
  }
  return bytes > limits.maxBytes ? problem('too_large', `more than ${limits.maxBytes} bytes`) : bytes
}

/** Keys by which a careless merge would reach a prototype. */
function isForbidden(key: string, item: unknown): boolean {
  if (key === '__proto__') return true
  return (
    key === 'constructor' && typeof item === 'object' && item !== null && Object.hasOwn(item, 'prototype')
  )
}

function lengthOf(value: object): number {
  return Array.isArray(value) ? value.length : 0
}

/** An array, or an object whose prototype is null or the root prototype of any realm, without `toJSON`. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && (typeof prototype !== 'object' || Object.getPrototypeOf(prototype) !== null))
    return false
  return typeof Reflect.get(value, 'toJSON') !== 'function'
}

function describeObject(value: object): string {
  const name: unknown = Reflect.get(Object(Reflect.get(value, 'constructor')), 'name')
  return typeof name === 'string' && name !== '' ? name.slice(0, 64) : 'an object with a prototype'
}
