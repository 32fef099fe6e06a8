import { redacted } from '@runtimo/capabilities'
import type { ErrorObject } from 'ajv'
import { nearest } from './nearest.ts'

/** Where a value does not fit its schema, and how. */
export interface Mismatch {
  /** RFC 6901 pointer; empty for the value itself. */
  readonly pointer: string
  readonly expected: string
  readonly got: string
}

/** An error of ajv in words: what was expected where, what stands there, and which name was probably meant. */
export function describeMismatch(error: ErrorObject, value: unknown): Mismatch {
  const params: Readonly<Record<string, unknown>> = error.params
  const extra = params['additionalProperty'] ?? params['propertyName']
  if (typeof extra === 'string') {
    const pointer = `${error.instancePath}/${escape(extra)}`
    return { pointer, expected: expectedName(extra, error), got: describe(at(value, pointer)) }
  }
  return {
    pointer: error.instancePath,
    expected: expectation(error),
    got: describe(at(value, error.instancePath)),
  }
}

function expectedName(extra: string, error: ErrorObject): string {
  if (error.keyword === 'propertyNames') return 'another name'
  const parent: unknown = error.parentSchema
  const known = isObject(parent) ? Object.keys(Object(Reflect.get(parent, 'properties'))) : []
  const close = nearest(extra, known)
  return `only known properties${close === undefined ? '' : ` (did you mean ${close}?)`}`
}

/** ajv's sentence without its "must": what follows "expected". */
function expectation(error: ErrorObject): string {
  const params: Readonly<Record<string, unknown>> = error.params
  const allowed = params['allowedValues']
  if (Array.isArray(allowed)) return `one of ${JSON.stringify(allowed)}`
  return (error.message ?? 'something else').replace(/^must (be |have |match )?/u, '')
}

function at(value: unknown, pointer: string): unknown {
  let found = value
  for (const part of pointer.split('/').slice(1)) {
    if (!isObject(found)) return found === redacted ? found : undefined
    found = Reflect.get(found, part.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  return found
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function escape(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1')
}
