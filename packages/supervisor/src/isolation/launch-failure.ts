import { RuntimoError } from '@runtimo/capabilities'
import { explainLaunchFailure, toRefused } from '../doctor/launch-failure.ts'
import { LaunchError } from './launch-error.ts'
import { refusal } from './requirement.ts'

/** What failed of a launch, in the user's terms: a protection that cannot be had, or a job that cannot be started. */
export function toStartError(error: unknown, program?: Started): unknown {
  if (error instanceof RuntimoError) return error
  if (!(error instanceof LaunchError)) {
    const text = error instanceof Error ? error.message : String(error)
    return new RuntimoError('RT_START_FAILED', text, {}, { cause: error })
  }
  const { step, errno = '', message } = error
  const call = step?.call
  if (call === 'chdir' && program !== undefined) {
    const cause = `${program.cwd}: ${errno}: no directory of that name is in the job's view`
    return failure(
      `${cause}; make it the job's working directory (workingDir, --cwd), or let it read or write it`,
      program,
      error,
    )
  }
  if (call === 'execve' && program !== undefined) {
    return failure(`${program.argv[0]?.slice(0, 256)} cannot be started: ${errno}`, program, error)
  }
  if (step !== undefined) {
    const missing = explainLaunchFailure(toRefused(step))
    if (missing.length > 0) return refusal(missing)
  }
  return new RuntimoError('RT_START_FAILED', message, { call: call ?? null, errno }, { cause: error })
}

interface Started {
  readonly argv: readonly string[]
  readonly cwd: string
}

function failure(message: string, { argv, cwd }: Started, { errno, cause }: LaunchError): RuntimoError {
  const details = { argv0: argv[0]?.slice(0, 256) ?? null, cwd, errno: errno ?? null }
  return new RuntimoError('RT_START_FAILED', message, details, { cause })
}
