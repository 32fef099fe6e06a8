/** What a user is told about every error of one code. `docs/errors.md` is generated from here. */
export interface CatalogueEntry {
  /** Why it happens, in one sentence. */
  readonly cause: string
  /** What to do about it. */
  readonly remedy: string
  /** Whether the same call may succeed later with nothing changed by the caller. */
  readonly retryable: boolean
  /** Exit code of the command line. */
  readonly exitCode: 1 | 2 | 3 | 124 | 125 | 130
}

/** What most errors of a kind share. */
export const failed: Pick<CatalogueEntry, 'retryable' | 'exitCode'> = { retryable: false, exitCode: 1 }
export const usage: Pick<CatalogueEntry, 'retryable' | 'exitCode'> = { retryable: false, exitCode: 2 }
export const rejected: Pick<CatalogueEntry, 'retryable' | 'exitCode'> = { retryable: true, exitCode: 3 }
export const ours: Pick<CatalogueEntry, 'retryable' | 'exitCode'> = { retryable: false, exitCode: 125 }
