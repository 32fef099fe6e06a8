import {
  type Capability,
  type Context,
  type FileAccess,
  isCommand,
  type Json,
  measureJson,
  RuntimoError,
} from '@runtimo/capabilities'
import { maxReplyBytes } from '../protocol/messages.ts'
import { countValues, maxValues } from '../protocol/values.ts'
import { describeThrown } from './thrown.ts'

/** Room in a frame for what stands around the value. */
const envelopeBytes = 1024
const envelopeValues = 16

/** What the capability returned, as plain data within the limits. */
export async function execute(
  capability: Capability,
  args: unknown,
  context: Context,
  access?: FileAccess,
): Promise<Json> {
  if (isCommand(capability)) throw new RuntimoError('RT_LOAD_FAILED', 'a command is not executed in a worker')
  let value: unknown
  try {
    value = (await capability.execute(args, context, access)) ?? null
  } catch (error) {
    throw toFailure(error)
  }
  return toPlainData(value)
}

/** An error of ours keeps its code; anything else that was thrown is described. */
function toFailure(error: unknown): RuntimoError {
  if (error instanceof RuntimoError) return error
  const { message, ...details } = describeThrown(error)
  return new RuntimoError('RT_CAPABILITY_FAILED', message, details)
}

function toPlainData(value: unknown): Json {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    throw new RuntimoError('RT_RESULT_NOT_JSON', `the result is no JSON: ${describeThrown(error).message}`)
  }
  if (text === undefined) {
    throw new RuntimoError('RT_RESULT_NOT_JSON', `the result is no JSON: got ${typeof value}`, {
      got: typeof value,
    })
  }
  const limit = maxReplyBytes - envelopeBytes
  if (text.length > limit || Buffer.byteLength(text) > limit) {
    const details = { limit: maxReplyBytes, measured: Buffer.byteLength(text) }
    throw new RuntimoError(
      'RT_RESULT_TOO_LARGE',
      `the result takes ${details.measured} bytes, more than ${limit}`,
      details,
    )
  }
  const values = countValues(Buffer.from(text))
  if (values > maxValues - envelopeValues) {
    const details = { limit: maxValues, measured: values }
    throw new RuntimoError('RT_RESULT_TOO_LARGE', `the result holds ${values} values`, details)
  }
  const data: Json = JSON.parse(text)
  const measured = measureJson(data, { maxBytes: limit })
  if (typeof measured === 'number') return data
  const { pointer, got } = measured
  throw new RuntimoError('RT_RESULT_NOT_JSON', `the result holds ${got} at ${pointer}`, { pointer, got })
}
