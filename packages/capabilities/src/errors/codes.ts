/** Every code of Runtimo's errors. They are stable: users match on them. */
export const errorCodes = [
  'RT_PRESSURE',
  'RT_ZOMBIES',
  'RT_ARGS_TOO_LARGE',
  'RT_ARGS_NOT_JSON',
  'RT_INVALID_ARGS',
  'RT_INVALID_OPTION',
  'RT_USAGE',
  'RT_UNKNOWN_CAPABILITY',
  'RT_INVALID_MANIFEST',
  'RT_INVALID_SCHEMA',
  'RT_LOAD_FAILED',
  'RT_CAPABILITY_FAILED',
  'RT_COMMAND_FAILED',
  'RT_RESULT_NOT_JSON',
  'RT_RESULT_TOO_LARGE',
  'RT_FILE_NOT_FOUND',
  'RT_FILE_NOT_REGULAR',
  'RT_FILE_PERMISSION',
  'RT_FILE_IO',
  'RT_FILE_NAME',
  'RT_FILE_OUTSIDE',
  'RT_FILE_CRITICAL',
  'RT_FILE_CHANGED',
  'RT_FILE_LINKED',
  'RT_FILE_TOO_LARGE',
  'RT_BACKUP_FAILED',
  'RT_BACKUP_DAMAGED',
  'RT_UNDO_CONFLICT',
  'RT_UNDO_NOTHING',
  'RT_CRASHED',
  'RT_PROTOCOL_VIOLATION',
  'RT_LIMIT_EXCEEDED',
  'RT_TIMED_OUT',
  'RT_CANCELLED',
  'RT_SURVIVORS',
  'RT_START_FAILED',
  'RT_POSTURE_UNAVAILABLE',
  'RT_PERMISSION_DENIED',
  'RT_CAPABILITY_CHANGED',
  'RT_QUEUE_TIMEOUT',
  'RT_WAL_UNSAFE',
  'RT_WAL_UNWRITABLE',
  'RT_WAL_CORRUPT',
  'RT_WAL_POISONED',
  'RT_WAL_FULL',
  'RT_WAL_LOCKED',
  'RT_JOB_NOT_FOUND',
  'RT_SESSION_NOT_FOUND',
  'RT_SESSION_CLOSED',
  'RT_SESSION_UNAVAILABLE',
  'RT_CONFIG_INVALID',
  'RT_CLOSED',
  'RT_INTERNAL',
] as const
export type ErrorCode = (typeof errorCodes)[number]
export type FileErrorCode = Extract<
  ErrorCode,
  `RT_FILE_${string}` | `RT_BACKUP_${string}` | `RT_UNDO_${string}`
>
export type LogErrorCode = Extract<
  ErrorCode,
  `RT_WAL_${string}` | `RT_JOB_${string}` | `RT_SESSION_${string}`
>
export type JobErrorCode = Exclude<ErrorCode, FileErrorCode | LogErrorCode>

export function isErrorCode(value: unknown): value is ErrorCode {
  const codes: readonly unknown[] = errorCodes
  return codes.includes(value)
}

export function isFileErrorCode(code: ErrorCode): code is FileErrorCode {
  return /^RT_(?:FILE|BACKUP|UNDO)_/u.test(code)
}
