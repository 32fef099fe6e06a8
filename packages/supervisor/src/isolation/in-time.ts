import { setTimeout as sleep } from 'node:timers/promises'
import { RuntimoError } from '@runtimo/capabilities'

/** A launcher takes milliseconds; on a machine in trouble, seconds. */
const stepMs = 20_000

/** A launcher that is stopped, or hangs in a mount, would be waited for for ever. */
export async function inTime(step: Promise<void>): Promise<void> {
  const controller = new AbortController()
  const late = sleep(stepMs, undefined, { signal: controller.signal }).then(() => {
    throw new RuntimoError('RT_START_FAILED', `the launcher did not get ready within ${stepMs} ms`)
  })
  try {
    await Promise.race([step, late])
  } finally {
    controller.abort()
    late.catch(() => undefined)
  }
}
