import { getSystemErrorName } from 'node:util'
import type { Status } from '@runtimo/worker'

export type FailedStep = Extract<Status, { kind: 'failed' }>

/** A launcher that did not come to run its job: which step the kernel refused, and how. */
export class LaunchError extends Error {
  readonly step: FailedStep | undefined
  /** Such as EPERM; undefined when no call failed, or one answered something else than was expected. */
  readonly errno: string | undefined

  constructor(step: FailedStep | undefined, message?: string) {
    super(message ?? describe(step))
    this.name = 'LaunchError'
    this.step = step
    this.errno = step === undefined ? undefined : nameOfError(step.errno)
  }
}

function describe(step: FailedStep | undefined): string {
  if (step === undefined) return 'the launcher was killed before the job began'
  const purpose = step.purpose === '' ? '' : ` (${step.purpose})`
  return `${step.text}: ${nameOfError(step.errno) ?? 'another answer than expected'}${purpose}`
}

export function nameOfError(errno: number): string | undefined {
  return errno === 0 ? undefined : getSystemErrorName(-Math.abs(errno))
}
