import type { Json, JsonObject } from '../json/json.ts'
import { catalogue } from './catalogue.ts'
import type { ErrorCode } from './codes.ts'
import type { CatalogueEntry } from './entry.ts'

/** An error as it stands in results, records and `--json`: the catalogue's words and the case's details. */
export interface ErrorReport {
  readonly code: ErrorCode
  /** What happened in this case. */
  readonly message: string
  readonly cause: string
  readonly remedy: string
  readonly retryable: boolean
  /** Details of the case under their own names: `limit`, `measured`, `pointer`, `expected`, `got`, … */
  readonly [detail: string]: Json
}

/** The only error class of Runtimo. Match on `code`, which never changes its meaning. */
export class RuntimoError extends Error {
  override readonly name = 'RuntimoError'
  readonly code: ErrorCode
  readonly details: JsonObject

  constructor(code: ErrorCode, message: string, details: JsonObject = {}, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.details = details
  }

  get remedy(): string {
    return catalogue[this.code].remedy
  }

  get retryable(): boolean {
    return catalogue[this.code].retryable
  }

  get exitCode(): CatalogueEntry['exitCode'] {
    return catalogue[this.code].exitCode
  }

  toReport(): ErrorReport {
    const { cause, remedy, retryable } = catalogue[this.code]
    return {
      ...bound(this.details),
      code: this.code,
      message: cutMessage(this.message),
      cause,
      remedy,
      retryable,
    }
  }
}

const maxMessageLength = 8192
const maxDetailsLength = 16_384

/** A message may come from hostile code, and is for people to read: at most 8,192 characters of it are kept. */
export function cutMessage(message: string): string {
  return message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength - 1)}…`
}

function bound(details: JsonObject): JsonObject {
  const { length } = JSON.stringify(details)
  return length <= maxDetailsLength ? details : { details_omitted: length }
}
