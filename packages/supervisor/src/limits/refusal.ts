import { RuntimoError } from '@runtimo/capabilities'
import type { Obstacle } from './holder.ts'

/** A ceiling that was asked for and cannot be held here. */
export interface Refusal extends Obstacle {
  /** `limits.cpuShare` */
  readonly field: string
  readonly wanted: number
}

export function refuse(refusals: readonly Refusal[]): RuntimoError {
  const names = refusals.map(({ field, cause }) => `${field} (${cause})`).join('; ')
  return new RuntimoError('RT_POSTURE_UNAVAILABLE', `cannot be held here: ${names}`, {
    missing: refusals.map(({ field, wanted, cause, cure }) => ({ field, wanted, cause, cure })),
  })
}
