import process from 'node:process'
import { isJsonObject, type JsonObject, RuntimoError } from '@runtimo/capabilities'
import { toWire } from '../codec/wire.ts'
import { loadConfig } from '../config/load.ts'
import type { JobResult } from '../execution/result.ts'
import { SessionManager } from '../sessions/session-manager.ts'
import { exitCodeOf } from './exit-code.ts'
import { onInterrupt } from './interrupt.ts'
import { openSupervisor } from './open-supervisor.ts'
import { printJson } from './print-json.ts'
import { paint } from './render/paint.ts'
import { renderResult } from './render/result.ts'
import { renderConflicts, renderDiff, renderRestored } from './render/undo.ts'

interface Options {
  readonly job?: string
  readonly session?: string
  readonly dryRun?: boolean
  readonly force?: readonly string[]
  readonly path?: readonly string[]
  readonly json?: boolean
}

/** Puts back what a job or a session changed, as a job of its own, or shows what would be put back. */
export async function undo(options: Options): Promise<void> {
  const { job, session, dryRun, force, path, json } = options
  if ((job === undefined) === (session === undefined))
    throw new RuntimoError('RT_USAGE', 'expected either --job ID or --session ID')
  const config = await loadConfig()
  const { values } = config
  const sessionId =
    session === undefined
      ? undefined
      : await new SessionManager(values['sessions.dir']).idOf(session, values.tenant)
  const timeoutSecs = values['jobs.timeout_secs']
  using interrupted = onInterrupt()
  await using supervisor = await openSupervisor({}, config)
  const args = {
    ...(job === undefined ? { session_id: sessionId } : { job_id: job }),
    ...(path === undefined ? {} : { paths: path }),
    ...(force === undefined ? {} : { force }),
  }
  const result = await supervisor.run('Undo', args, {
    dryRun,
    timeoutMs: timeoutSecs === undefined ? undefined : Math.ceil(timeoutSecs * 1000),
    waitForResourcesMs: Math.ceil(values['jobs.wait_secs'] * 1000),
    signal: interrupted.signal,
  })
  // The job is over and recorded: from here on a signal ends us as it ends any program.
  interrupted[Symbol.dispose]()
  if (json === true) printJson(toWire(result))
  else process.stdout.write(render(result))
  process.exitCode = exitCodeOf(result)
}

function render(result: JobResult): string {
  const color = paint(process.stdout)
  const { data } = result.output
  const parts = [
    ...(isJsonObject(data) ? describe(data) : []),
    renderConflicts(result.error?.['conflicts']),
    renderResult(result, color),
  ]
  return parts.join('')
}

function describe(data: JsonObject): readonly string[] {
  const { diff } = data
  const isDry = typeof diff === 'string'
  const already = data['already_undone'] === true ? 'already undone\n' : ''
  return [isDry ? renderDiff(diff, paint(process.stdout)) : '', renderRestored(data), already]
}
