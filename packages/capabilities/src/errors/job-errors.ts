import type { JobErrorCode } from './codes.ts'
import { type CatalogueEntry, failed, ours, rejected, usage } from './entry.ts'

/** Of calls, capabilities, and of how jobs are held and end. */
export const jobErrors: Readonly<Record<JobErrorCode, CatalogueEntry>> = {
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
