import { setTimeout as sleep } from 'node:timers/promises'
import { RuntimoError } from '@runtimo/capabilities'

/** A launcher and a worker take milliseconds; on a machine in trouble, seconds. */
const stepMs = 20_000

/** Who is stopped, or hangs in a mount, would be waited for for ever. @throws RT_START_FAILED saying what `late` says */
export async function inTime(step: Promise<void>, late: string): Promise<void> {
  const controller = new AbortController()
  const timeout = sleep(stepMs, undefined, { signal: controller.signal }).then(() => {
    throw new RuntimoError('RT_START_FAILED', `${late} ${stepMs} ms`)
  })
  try {
    await Promise.race([step, timeout])
  } finally {
    controller.abort()
    timeout.catch(() => undefined)
  }
}
