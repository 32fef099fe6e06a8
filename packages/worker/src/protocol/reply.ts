import {
  type ErrorCode,
  errorCodes,
  isErrorCode,
  isFileErrorCode,
  isJsonObject,
  type Json,
  measureJson,
} from '@runtimo/capabilities'
import { countValues, maxValues } from './values.ts'
import { endReasons, type EndReason, maxReplyBytes, type Refusal, type Reply } from './messages.ts'

/** The codes that a worker may report. Anything else, such as a guard's code, would be a lie. */
const workerCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'RT_INVALID_ARGS',
  'RT_INVALID_SCHEMA',
  'RT_LOAD_FAILED',
  'RT_CAPABILITY_FAILED',
  'RT_RESULT_NOT_JSON',
  'RT_RESULT_TOO_LARGE',
  ...errorCodes.filter(isFileErrorCode),
])

const maxMessageLength = 16_384

/** What a frame's body says, or a sentence on what is wrong with it. Bodies come from hostile code. */
export function parseReply(body: Buffer): Reply | string {
  const values = countValues(body)
  if (values > maxValues) return `a frame of ${values} values`
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    return 'a frame that is not JSON'
  }
  const measured = measureJson(value, { maxBytes: maxReplyBytes })
  if (typeof measured !== 'number') return `a frame with ${measured.got} at ${measured.pointer}`
  if (!isJsonObject(value)) return 'a frame that is not an object'
  return (
    toReply(value) ??
    `a message of unknown shape (type ${JSON.stringify(value['type'] ?? null).slice(0, 64)})`
  )
}

function toReply(value: Readonly<Record<string, Json>>): Reply | undefined {
  const { type, jobId } = value
  if (type === 'ready') return { type }
  if (typeof type !== 'string' || typeof jobId !== 'string') return undefined
  switch (type) {
    case 'loaded':
      return { type, jobId, manifest: value['manifest'] ?? null }
    case 'validated':
      return { type, jobId }
    case 'returned':
      return { type, jobId, value: value['value'] ?? null }
    case 'inspected': {
      const residue = toNames(value['residue'])
      return residue === undefined ? undefined : { type, jobId, residue }
    }
    case 'refused': {
      const refusal = toRefusal(value['refusal'])
      return refusal === undefined ? undefined : { type, jobId, refusal }
    }
    case 'ended': {
      const reason = toReason(value['reason'])
      return reason === undefined ? undefined : { type, jobId, reason }
    }
    default:
      return undefined
  }
}

function toRefusal(value: Json | undefined): Refusal | undefined {
  if (!isJsonObject(value)) return undefined
  const { code, message, details } = value
  if (!isErrorCode(code) || !workerCodes.has(code)) return undefined
  if (typeof message !== 'string' || message.length > maxMessageLength) return undefined
  if (!isJsonObject(details)) return undefined
  return { code, message, details }
}

const maxNames = 100

function toNames(value: Json | undefined): string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const names = value.slice(0, maxNames).filter((name) => typeof name === 'string')
  return names.length === Math.min(value.length, maxNames) ? names : undefined
}

function toReason(value: Json | undefined): EndReason | undefined {
  return endReasons.find((reason) => reason === value)
}
