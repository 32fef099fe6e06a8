import type { Check } from '../../doctor/check.ts'
import type { DoctorReport } from '../../doctor/report.ts'
import { escapeLine } from './escape.ts'
import type { paint } from './paint.ts'
import { table } from './table.ts'

type Paint = ReturnType<typeof paint>

/** The table of abilities, then cause and cure of each that is missing, then what follows from it. */
export function renderDoctor(report: DoctorReport, color: Paint): string {
  const rows = report.checks.map(({ ability, have, neededFor, detail }) => [
    ability,
    have ? 'yes' : 'no',
    neededFor,
    detail,
  ])
  const missing = report.checks.filter(({ have }) => !have)
  const parts = [
    table(['ABILITY', 'HAVE', 'NEEDED FOR', 'FOUND'], rows),
    ...missing.map((check) => renderMissing(check, color)),
    renderVerdict(report, color),
  ]
  return parts.join('\n')
}

function renderMissing({ ability, neededFor, cause = '', cure = '' }: Check, color: Paint): string {
  const style = neededFor === 'convenience' || neededFor === 'attribution' ? 'yellow' : 'red'
  return [
    color(style, ability),
    `  ${color('dim', 'cause')}  ${escapeLine(cause)}`,
    `  ${color('dim', 'cure')}   ${escapeLine(cure)}`,
    '',
  ].join('\n')
}

const verdicts: Readonly<Record<DoctorReport['defaultLevel'], string>> = {
  sandbox: 'jobs run at level sandbox',
  process: 'level sandbox cannot be had: jobs are refused unless level process will do (--level process)',
  refused: 'jobs are refused: neither level sandbox nor level process can be had',
}

function renderVerdict({ ok, defaultLevel, checks }: DoctorReport, color: Paint): string {
  const verdict = verdicts[defaultLevel]
  if (ok) return `${color('green', '✔')} ${verdict}, with everything that it promises\n`
  const lost = checks.filter(({ have, neededFor }) => !have && neededFor === 'limits')
  const without = lost.length === 0 ? '' : `, without ${lost.map(({ ability }) => ability).join(', ')}`
  return `${color('red', '✖')} ${verdict}${without}\n`
}
