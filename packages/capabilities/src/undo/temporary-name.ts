import { randomBytes } from 'node:crypto'

/** The beginning of the names that a job gives to files for a moment. */
export function temporaryPrefix(jobId: string): string {
  return `.runtimo-${jobId}-`
}

export function temporaryName(jobId: string): string {
  return temporaryPrefix(jobId) + randomBytes(4).toString('hex')
}
