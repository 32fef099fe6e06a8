import { catalogue } from '@runtimo/capabilities'
import type { JobResult } from '../execution/result.ts'

/** What the catalogue of errors says; 0 for a job that succeeded. */
export function exitCodeOf({ error }: JobResult): number {
  return error === undefined ? 0 : catalogue[error.code].exitCode
}
