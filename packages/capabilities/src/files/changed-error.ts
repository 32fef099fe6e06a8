import { RuntimoError } from '../errors/runtimo-error.ts'

export function isChanged(error: unknown): boolean {
  return error instanceof RuntimoError && error.code === 'RT_FILE_CHANGED'
}

/** Somebody else was there first. */
export function changedError(path: string, expected: string, got: string): RuntimoError {
  return new RuntimoError('RT_FILE_CHANGED', `${path}: expected ${expected}, got ${got}`, {
    path,
    expected,
    got,
  })
}
