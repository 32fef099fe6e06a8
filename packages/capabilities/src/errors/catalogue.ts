import type { ErrorCode } from './codes.ts'
import type { CatalogueEntry } from './entry.ts'
import { fileErrors } from './file-errors.ts'
import { jobErrors } from './job-errors.ts'
import { logErrors } from './log-errors.ts'

/** Every error of Runtimo. */
export const catalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = {
  ...jobErrors,
  ...fileErrors,
  ...logErrors,
}
