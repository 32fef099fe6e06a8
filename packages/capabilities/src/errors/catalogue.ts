import type { ErrorCode } from './codes.ts'

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

const failed = { retryable: false, exitCode: 1 } as const
const usage = { retryable: false, exitCode: 2 } as const
const rejected = { retryable: true, exitCode: 3 } as const
const ours = { retryable: false, exitCode: 125 } as const

/** Every error of Runtimo. */
export const catalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = {
  RT_PRESSURE: {
    ...rejected,
    cause: 'The machine, or the container that we are in, uses more CPU or memory than the guard allows.',
    remedy:
      'Wait, or let the call wait (waitForResourcesMs, --wait), raise the ceiling (guards.cpuPercent, guards.memoryPercent), or turn the guard off by choice (guards.pressure: false, --no-pressure-guard).',
  },
  RT_ZOMBIES: {
    ...rejected,
    cause: 'More processes than the limit have ended without being reaped by their parents.',
    remedy: 'Find their parents with `runtimo zombies` and make them reap, or end them.',
  },
  RT_ARGS_TOO_LARGE: {
    retryable: false,
    exitCode: 3,
    cause: 'The arguments take more than 1,048,576 bytes as UTF-8 JSON.',
    remedy: 'Put large content into a file and pass its path.',
  },
  RT_ARGS_NOT_JSON: {
    ...usage,
    cause: 'The arguments hold something that JSON cannot carry, or a key that reaches a prototype.',
    remedy:
      'Pass plain objects, arrays, strings, finite numbers, booleans and null, at most 512 levels deep.',
  },
  RT_INVALID_ARGS: {
    ...failed,
    cause: "The arguments do not fit the capability's schema.",
    remedy: 'Correct what the pointer names; `runtimo list --schema` prints the schema.',
  },
  RT_INVALID_OPTION: {
    ...usage,
    cause: 'An option is unknown or has a value out of its range.',
    remedy: 'Correct the option that the message names.',
  },
  RT_USAGE: {
    ...usage,
    cause: 'The command line is not understood.',
    remedy: 'See `runtimo --help` and `runtimo COMMAND --help`.',
  },
  RT_UNKNOWN_CAPABILITY: {
    ...usage,
    cause: 'No capability of that name is registered.',
    remedy: '`runtimo list` names them; for a module of your own add --from FILE.',
  },
  RT_INVALID_MANIFEST: {
    ...failed,
    cause: 'What the module says of itself is not a valid manifest.',
    remedy: 'Correct what the pointer names; see docs/capabilities.md.',
  },
  RT_INVALID_SCHEMA: {
    ...failed,
    cause: "The capability's own schema cannot be compiled.",
    remedy: 'Correct `manifest.args`: JSON Schema 2020-12 in strict mode.',
  },
  RT_LOAD_FAILED: {
    ...failed,
    cause: 'The module could not be imported, or its default export is not a capability.',
    remedy: 'Export `default { manifest, execute }` as a plain object; try `node FILE` to see import errors.',
  },
  RT_CAPABILITY_FAILED: {
    ...failed,
    cause: 'The capability threw.',
    remedy: "The message is the capability's own.",
  },
  RT_COMMAND_FAILED: {
    ...failed,
    cause: 'The command ended with an exit code other than 0, or by a signal.',
    remedy: 'Look at exit_code, signal and stderr in the output.',
  },
  RT_RESULT_NOT_JSON: {
    ...failed,
    cause: 'The capability returned something that JSON cannot carry.',
    remedy: 'Return plain data; turn dates, maps and big integers into strings or arrays.',
  },
  RT_RESULT_TOO_LARGE: {
    ...failed,
    cause: 'The capability returned more than 32 MiB of JSON, or more than 250,000 values.',
    remedy: 'Write large results to a file and return its path.',
  },
  RT_FILE_NOT_FOUND: {
    ...failed,
    cause: 'There is no file at the path.',
    remedy: 'Check the path; a relative one is taken from the working directory.',
  },
  RT_FILE_NOT_REGULAR: {
    ...failed,
    cause: 'The path names a directory, a device, a socket or a pipe.',
    remedy: 'Name a regular file.',
  },
  RT_FILE_PERMISSION: {
    ...failed,
    cause: 'The operating system does not let this user read the path.',
    remedy: 'Change the permissions, or run as a user who may read it.',
  },
  RT_FILE_IO: {
    ...failed,
    cause: 'The operating system refused or failed to read the file.',
    remedy: 'The message holds the system error.',
  },
  RT_FILE_NAME: {
    ...failed,
    cause: 'The path cannot name a file: it is empty, holds NUL, is no valid text, or is too long.',
    remedy: 'The message says which: at most 255 bytes a name, 4,095 a path.',
  },
  RT_FILE_OUTSIDE: {
    ...failed,
    cause: 'The path leads outside of the directories that the file capabilities may touch.',
    remedy: '`roots` names them; the configuration (files.roots) adds to them, by choice.',
  },
  RT_FILE_CRITICAL: {
    ...failed,
    cause: 'The path names a file that decides what runs or who may log in, or state of Runtimo itself.',
    remedy: '`rule` names the rule. Change such a file yourself.',
  },
  RT_FILE_CHANGED: {
    ...failed,
    cause: 'The file is not what it was when it was read: somebody else changed it.',
    remedy: 'Read it again, and decide anew; `expected` and `got` are its hashes.',
  },
  RT_FILE_LINKED: {
    ...failed,
    cause: 'The file has more than one name: a change would be seen under the others, too.',
    remedy: 'Name a file with one name, or copy it first.',
  },
  RT_FILE_TOO_LARGE: {
    ...failed,
    cause: 'The file would be larger than 100 MiB, the most that FileWrite writes or keeps for undo.',
    remedy: 'Write less, or let a command write it.',
  },
  RT_BACKUP_FAILED: {
    ...failed,
    cause: 'What is to be changed could not be kept for undo first, so it was not changed.',
    remedy: 'The message holds the system error: check the disk that holds the backups.',
  },
  RT_BACKUP_DAMAGED: {
    ...failed,
    cause: 'What was kept for undo is not what was put there, or is gone.',
    remedy: '`path` names it. It is not restored: look for another copy.',
  },
  RT_UNDO_CONFLICT: {
    ...failed,
    cause: 'Files are not what the job left: restoring them would lose what came after.',
    remedy: '`conflicts` names them; look at them, then undo with --force PATH for each.',
  },
  RT_UNDO_NOTHING: {
    ...failed,
    cause: 'Nothing is known that could be undone: no such job of this tenant, or it changed no file.',
    remedy: '`runtimo jobs` names the jobs; only what FileWrite and Undo change is kept for undo.',
  },
  RT_CRASHED: {
    ...failed,
    cause: 'The process or thread that ran the job ended before it answered.',
    remedy: 'The signal or exit code says how; look at what the job printed.',
  },
  RT_PROTOCOL_VIOLATION: {
    ...failed,
    cause: 'The process that ran the job sent something that the protocol does not allow.',
    remedy: 'The module writes to the channel of its worker: it is faulty or hostile.',
  },
  RT_LIMIT_EXCEEDED: {
    ...failed,
    cause: 'The job used more of a resource than it was given.',
    remedy: '`limit` names the resource: give more, or make the job use less.',
  },
  RT_TIMED_OUT: {
    retryable: false,
    exitCode: 124,
    cause: 'The job was not done at its deadline and was killed.',
    remedy: 'Allow more time (timeoutMs, --timeout), or make the job do less.',
  },
  RT_CANCELLED: {
    retryable: false,
    exitCode: 130,
    cause: 'The caller cancelled the job.',
    remedy: 'Nothing to do.',
  },
  RT_SURVIVORS: {
    ...ours,
    cause: 'Processes of the job could not be killed: they changed their user, or hang in the kernel.',
    remedy: '`pids` names them: end them as root. Level `process` does not stop set-user-id programs.',
  },
  RT_START_FAILED: {
    ...failed,
    cause: 'The process that should run the job could not be started.',
    remedy: 'The message holds the system error: check the working directory, memory and process limits.',
  },
  RT_POSTURE_UNAVAILABLE: {
    ...ours,
    cause: 'A protection that was asked for cannot be had here.',
    remedy:
      '`missing` names each part with its cause and cure; `runtimo doctor` shows all of this machine. Or ask for less, by choice.',
  },
  RT_PERMISSION_DENIED: {
    ...failed,
    cause: "The capability's manifest asks for more than the host's policy grants.",
    remedy: '`field` names what: grant it, by choice, or use a capability that asks for less.',
  },
  RT_CAPABILITY_CHANGED: {
    ...failed,
    cause: "The capability's files are not what they were when it was registered.",
    remedy: '`path` names the first difference: look at it, then register the capability again.',
  },
  RT_QUEUE_TIMEOUT: {
    ...rejected,
    cause: 'No worker became free for the job in the time that it may wait.',
    remedy: 'Run fewer jobs at once, or allow more (maxConcurrentJobs) or longer waits (queueTimeoutMs).',
  },
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
  RT_CONFIG_INVALID: {
    ...usage,
    cause: 'The configuration has an unknown key or a value that will not do.',
    remedy: '`file`, `key`, `expected` and `got` say what and where; see `runtimo config check`.',
  },
  RT_CLOSED: {
    ...ours,
    cause: 'The supervisor was closed.',
    remedy: 'Make a new one.',
  },
  RT_INTERNAL: {
    ...ours,
    cause: 'A defect of Runtimo.',
    remedy: 'Please report it with the message and the record of the job.',
  },
}
