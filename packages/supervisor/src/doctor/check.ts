import type { Diagnosis } from './explain/diagnosis.ts'

/**
 * What is lost without an ability: the level `sandbox`; both levels; the ceilings of a job; exact names of who
 * was started; or nothing that was promised.
 */
export type Need = 'sandbox' | 'process' | 'limits' | 'attribution' | 'convenience'

/** What is looked for. */
export interface Subject {
  /** Such as `user_namespace`. */
  readonly ability: string
  /** The field of the posture that it serves, or an area such as `view`. */
  readonly field: string
  readonly neededFor: Need
}

/** Whether this machine has one ability, found by doing. */
export interface Check extends Subject {
  readonly have: boolean
  /** What was done or found. */
  readonly detail: string
  /** Why not: the failing call and the setting behind it. */
  readonly cause?: string
  /** What changes that, as command lines. */
  readonly cure?: string
}

export function ofSandbox(ability: string, field: string): Subject {
  return { ability, field, neededFor: 'sandbox' }
}

export function has(subject: Subject, detail: string): Check {
  return { ...subject, have: true, detail }
}

/** Of several reasons each has to go. */
export function lacks(subject: Subject, detail: string, diagnoses: readonly Diagnosis[]): Check {
  const cause = diagnoses.map((diagnosis) => diagnosis.cause).join('; ')
  const cure = diagnoses.map((diagnosis) => diagnosis.cure).join('; ')
  return { ...subject, have: false, detail, cause, cure }
}
