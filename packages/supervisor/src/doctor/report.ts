import type { Check } from './check.ts'

export interface LevelReport {
  readonly have: boolean
  /** The abilities without which it cannot be had. */
  readonly missing: readonly string[]
}

export interface DoctorReport {
  readonly checks: readonly Check[]
  /**
   * The strongest level that can be had. `process` means: jobs are refused unless that level is asked for;
   * `refused`: neither can be had.
   */
  readonly defaultLevel: 'sandbox' | 'process' | 'refused'
  readonly levels: Readonly<Record<'sandbox' | 'process', LevelReport>>
  /** The level `sandbox` can be had with every ceiling and everything else that it promises. */
  readonly ok: boolean
}

export function toReport(checks: readonly Check[]): DoctorReport {
  const process = levelReport(checks, ['process'])
  const sandbox = levelReport(checks, ['process', 'sandbox'])
  return {
    checks,
    defaultLevel: sandbox.have ? 'sandbox' : process.have ? 'process' : 'refused',
    levels: { sandbox, process },
    ok: levelReport(checks, ['process', 'sandbox', 'limits']).have,
  }
}

function levelReport(checks: readonly Check[], needs: readonly Check['neededFor'][]): LevelReport {
  const missing = checks.filter(({ have, neededFor }) => !have && needs.includes(neededFor))
  return { have: missing.length === 0, missing: missing.map(({ ability }) => ability) }
}
