import { type JsonProblem, measureJson, RuntimoError } from '@runtimo/capabilities'

const maxArgumentBytes = 1_048_576
const maxCountedBytes = 16_777_216

/**
 * The arguments as JSON text. Measured before they are written out, so that nothing is built of what is too large.
 * @throws RT_ARGS_TOO_LARGE, RT_ARGS_NOT_JSON
 */
export function checkArguments(args: unknown): string {
  try {
    const measured = measureJson(args, { maxBytes: maxArgumentBytes })
    if (typeof measured !== 'number') throw toError(measured, args)
    return JSON.stringify(args)
  } catch (error) {
    throw error instanceof RuntimoError ? error : toUnreadable(error)
  }
}

function toError({ kind, pointer, got }: JsonProblem, args: unknown): RuntimoError {
  if (kind === 'too_large') return toTooLarge(args)
  const place = pointer === '' ? 'arguments' : pointer
  return new RuntimoError('RT_ARGS_NOT_JSON', `${place}: expected ${expectations[kind]}, got ${got}`, {
    pointer,
    expected: expectations[kind],
    got,
  })
}

/** Says by how much, unless counting on would itself be a load. */
function toTooLarge(args: unknown): RuntimoError {
  const size = measureJson(args, { maxBytes: maxCountedBytes })
  const measured = typeof size === 'number' ? size : `more than ${maxCountedBytes}`
  const message = `the arguments take ${measured} bytes, the limit is ${maxArgumentBytes}`
  return new RuntimoError('RT_ARGS_TOO_LARGE', message, { limit: maxArgumentBytes, measured })
}

/** A getter or a trap of theirs has thrown. */
function toUnreadable(cause: unknown): RuntimoError {
  const message = 'arguments: expected plain JSON data, got what throws when it is read'
  const details = { pointer: '', expected: expectations.not_json, got: 'what throws when it is read' }
  return new RuntimoError('RT_ARGS_NOT_JSON', message, details, { cause })
}

const expectations = {
  not_json: 'plain JSON data',
  too_deep: 'at most 512 levels',
  forbidden_key: 'a key that reaches no prototype',
} as const
