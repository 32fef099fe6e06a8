import { RuntimoError } from '../errors/runtimo-error.ts'

/** Somebody else was there first. */
export function changedError(path: string, expected: string, got: string): RuntimoError {
  return new RuntimoError('RT_FILE_CHANGED', `${path}: expected ${expected}, got ${got}`, {
    path,
    expected,
    got,
  })
}
