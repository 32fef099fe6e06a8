import { inspect, types } from 'node:util'

/** Bounded words for a thrown value. */
export interface Thrown {
  readonly name: string
  readonly message: string
  readonly stack: string
}

const maxLength = 4096

/**
 * Describes whatever was thrown: an error, a Proxy, an object whose getters throw, a symbol. Runs no
 * more of it than it must, never throws, and never returns more than a few kilobytes.
 */
export function describeThrown(value: unknown): Thrown {
  if (types.isProxy(value)) return { name: 'Proxy', message: 'a Proxy was thrown', stack: '' }
  if (types.isNativeError(value)) {
    return {
      name: read(value, 'name') || 'Error',
      message: read(value, 'message') || 'an error without a message',
      stack: read(value, 'stack'),
    }
  }
  return { name: typeof value, message: `${summary(value)} was thrown`, stack: '' }
}

function read(error: Error, key: 'name' | 'message' | 'stack'): string {
  try {
    const text: unknown = error[key]
    return typeof text === 'string' ? text.slice(0, maxLength) : ''
  } catch {
    return ''
  }
}

function summary(value: unknown): string {
  try {
    const text = inspect(value, { depth: 1, customInspect: false, maxStringLength: 500, maxArrayLength: 10 })
    return text.slice(0, maxLength)
  } catch {
    return 'a value that cannot be shown'
  }
}
