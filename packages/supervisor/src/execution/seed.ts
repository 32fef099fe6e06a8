import type { JobResult } from './result.ts'
import { Supervisor } from '../supervisor.ts'

/** A capability by its name, or a module file and the name that it must have. */
export type CapabilityReference = string | { readonly name: string; readonly from: string }

/**
 * The original's entry point: one job on a log of its own choice, with the default deadline of 30 s.
 * @throws as Supervisor.run
 */
export function executeWithTelemetry(
  capability: CapabilityReference,
  args: unknown,
  dryRun: boolean,
  walPath: string,
): Promise<JobResult> {
  return executeWithTelemetryAndSession(capability, args, dryRun, walPath, undefined, 30)
}

/** The same, as part of a session, with a deadline in seconds. */
export async function executeWithTelemetryAndSession(
  capability: CapabilityReference,
  args: unknown,
  dryRun: boolean,
  walPath: string,
  sessionId: string | undefined,
  timeoutSecs: number,
): Promise<JobResult> {
  await using supervisor = new Supervisor({ walPath })
  const { name, from } = typeof capability === 'string' ? { name: capability, from: undefined } : capability
  const timeoutMs = Math.round(timeoutSecs * 1000)
  return await supervisor.run(name, args, { dryRun, sessionId, timeoutMs, from })
}
