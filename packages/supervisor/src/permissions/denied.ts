import { type Json, RuntimoError } from '@runtimo/capabilities'

/** A member of a manifest that asks for more than is granted. */
export interface Denial {
  /** `permissions.read[0]`, `level` */
  readonly field: string
  readonly wanted: Json
  readonly granted: Json
  /** Why, where it is not plain from the two. */
  readonly cause?: string
}

export function denied({ field, wanted, granted, cause }: Denial): RuntimoError {
  const because = cause === undefined ? '' : `: ${cause}`
  const message = `${field}: asks for ${show(wanted)}, granted is ${show(granted)}${because}`
  return new RuntimoError('RT_PERMISSION_DENIED', message, {
    field,
    wanted,
    granted,
    ...(cause !== undefined && { cause }),
  })
}

function show(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(show).join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
