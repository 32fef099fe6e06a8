import { RuntimoError } from '@runtimo/capabilities'
import { hasCode } from '../../linux/errno.ts'

/** Whether it was for want of space that a call failed, and nothing was done. */
export function isFull(error: unknown): boolean {
  if (isPoison(error)) return false
  if (error instanceof RuntimoError) return error.code === 'RT_WAL_FULL' || isFull(error.cause)
  return hasCode(error, 'ENOSPC', 'EDQUOT')
}

export function isPoison(error: unknown): error is RuntimoError {
  return error instanceof RuntimoError && error.code === 'RT_WAL_POISONED'
}

export function poisoned(path: string, cause: unknown): RuntimoError {
  return new RuntimoError('RT_WAL_POISONED', `${path}: ${textOf(cause)}`, { path }, { cause })
}

export function corrupt(path: string, offset: number, reason: string): RuntimoError {
  const message = `${path}: the record at byte ${offset} is damaged: ${reason}`
  return new RuntimoError('RT_WAL_CORRUPT', message, { path, offset, reason })
}

/** Nothing was written, and something may be done about it. */
export function toWalError(path: string, error: unknown): RuntimoError {
  if (isFull(error)) {
    const message = `${path}: no space is left on its disk for a new job`
    return new RuntimoError('RT_WAL_FULL', message, { path }, { cause: error })
  }
  if (error instanceof RuntimoError) return error
  return new RuntimoError('RT_WAL_UNWRITABLE', `${path}: ${textOf(error)}`, { path }, { cause: error })
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
