import { RuntimoError } from '../errors/runtimo-error.ts'

export interface Args {
  readonly path: string
  readonly content: string
  readonly encoding?: 'utf8' | 'base64'
  readonly append?: boolean
  /** Octal. */
  readonly mode?: string
  /** Hex, or `absent`. */
  readonly expect_sha256?: string
  readonly create_parents?: boolean
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u

/**
 * The bytes to write, exactly those.
 * @throws RT_INVALID_ARGS for what has no bytes, or not only these
 */
export function contentBytes({ content, encoding }: Args): Buffer {
  if (encoding === 'base64') {
    if (!base64.test(content)) throw invalid('base64 with its padding, and nothing else', 'other characters')
    return Buffer.from(content, 'base64')
  }
  if (!content.isWellFormed()) throw invalid('text', 'half of a surrogate pair, which UTF-8 has no bytes for')
  return Buffer.from(content)
}

function invalid(expected: string, got: string): RuntimoError {
  return new RuntimoError('RT_INVALID_ARGS', `/content: expected ${expected}, got ${got}`, {
    pointer: '/content',
    expected,
    got,
  })
}
