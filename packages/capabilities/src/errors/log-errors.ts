import type { LogErrorCode } from './codes.ts'
import { type CatalogueEntry, failed, ours } from './entry.ts'

/** Of the log, its jobs and their sessions. */
export const logErrors: Readonly<Record<LogErrorCode, CatalogueEntry>> = {
  RT_WAL_UNSAFE: {
    ...ours,
    cause: 'The log, or its directory, could be changed by somebody else.',
    remedy: 'Own it, with mode 0700 for the directory and 0600 for the file, or set RUNTIMO_WAL_PATH.',
  },
  RT_WAL_UNWRITABLE: {
    ...ours,
    cause: 'The log cannot be opened or locked for writing.',
    remedy: 'The message holds the system error; RUNTIMO_WAL_PATH chooses another place.',
  },
  RT_WAL_CORRUPT: {
    ...ours,
    cause: 'A record of the log is damaged, so that nothing may be appended after it.',
    remedy:
      'Keep the file as evidence and start a new log (RUNTIMO_WAL_PATH); `runtimo logs` still reads it.',
  },
  RT_WAL_POISONED: {
    ...ours,
    cause: 'A write or sync of the log failed; what is on disk is unknown from there on.',
    remedy: 'Mend the disk, then start a new supervisor: it reads the log again from the disk.',
  },
  RT_WAL_FULL: {
    ...ours,
    retryable: true,
    cause: 'The disk of the log is full: what is left of it is kept for the jobs that run.',
    remedy: 'Make room on that disk; new jobs are then taken again.',
  },
  RT_WAL_LOCKED: {
    ...ours,
    retryable: true,
    cause: 'Another process holds the log for itself.',
    remedy: '`holder` names it: end it, or use another log (RUNTIMO_WAL_PATH).',
  },
  RT_JOB_NOT_FOUND: {
    ...failed,
    cause: 'The log has no record of that job.',
    remedy: '`runtimo jobs` names the jobs; RUNTIMO_WAL_PATH chooses the log.',
  },
  RT_SESSION_NOT_FOUND: {
    ...failed,
    cause: 'There is no session of that name.',
    remedy: '`runtimo session list` names them.',
  },
  RT_SESSION_CLOSED: {
    ...failed,
    cause: 'The session was closed and takes no more jobs.',
    remedy: 'Create another one.',
  },
  RT_SESSION_UNAVAILABLE: {
    ...failed,
    cause: 'The record of the session is damaged or cannot be written.',
    remedy: 'The message says why; the jobs themselves are in the log.',
  },
}
