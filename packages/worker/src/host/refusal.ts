import { RuntimoError } from '@runtimo/capabilities'
import type { Refusal } from '../protocol/messages.ts'
import { describeThrown } from './thrown.ts'

/** An error as it goes over the channel, bounded. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof RuntimoError) {
    return { code: error.code, message: error.message.slice(0, 8192), details: error.details }
  }
  const { message, name, stack } = describeThrown(error)
  return { code: 'RT_CAPABILITY_FAILED', message, details: { name, stack } }
}
