import { type JsonProblem, measureJson, RuntimoError } from '@runtimo/capabilities'

const maxArgumentBytes = 1_048_576

/**
 * The arguments as JSON text. Measured before they are written out, so that nothing is built of what is too large.
 * @throws RT_ARGS_TOO_LARGE, RT_ARGS_NOT_JSON
 */
export function checkArguments(args: unknown): string {
  const measured = measureJson(args, { maxBytes: maxArgumentBytes })
  if (typeof measured !== 'number') throw toError(measured)
  return JSON.stringify(args)
}

function toError({ kind, pointer, got }: JsonProblem): RuntimoError {
  if (kind === 'too_large') {
    return new RuntimoError('RT_ARGS_TOO_LARGE', `the arguments take ${got}`, {
      limit: maxArgumentBytes,
      measured: `more than ${maxArgumentBytes}`,
    })
  }
  const place = pointer === '' ? 'arguments' : pointer
  return new RuntimoError('RT_ARGS_NOT_JSON', `${place}: expected ${expectations[kind]}, got ${got}`, {
    pointer,
    expected: expectations[kind],
    got,
  })
}

const expectations = {
  not_json: 'plain JSON data',
  too_deep: 'at most 512 levels',
  forbidden_key: 'a key that reaches no prototype',
} as const
