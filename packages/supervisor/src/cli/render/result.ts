import prettyBytes from 'pretty-bytes'
import prettyMs from 'pretty-ms'
import type { JobResult } from '../../execution/result.ts'
import { escapeControls, escapeLine } from './escape.ts'
import type { paint } from './paint.ts'

type Paint = ReturnType<typeof paint>

const maxNamed = 12

/** The few lines under a job's own output: outcome, duration, processes, use, error. */
export function renderResult(result: JobResult, color: Paint): string {
  const { success, capability, outcome, durationMs, jobId, error } = result
  const mark = success ? color('green', '✔') : color('red', '✖')
  const lines = [
    `${mark} ${color('bold', escapeLine(capability))} ${outcome} in ${prettyMs(durationMs)}  ${color('dim', jobId)}`,
    row('started', startedBy(result), color),
    row('used', usedBy(result), color),
    ...(error === undefined
      ? []
      : [
          row('error', `${color('red', error.code)} ${escapeControls(error.message)}`, color),
          row('remedy', error.remedy, color),
        ]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function row(label: string, text: string, color: Paint): string {
  return `  ${color('dim', label.padEnd(8))} ${text}`
}

function startedBy({ spawned, usage, attribution }: JobResult): string {
  if (usage.processes === 0) return 'no processes'
  const names = spawned
    .slice(0, maxNamed)
    .map(({ comm, pid, alive }) => `${escapeLine(comm)} (${pid}${alive ? ', alive' : ''})`)
  const rest = usage.processes - names.length
  return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}; ${attribution}`
}

function usedBy({ usage }: JobResult): string {
  // A process may be gone before it is looked at.
  const bytes = usage.memoryPeakBytes ?? usage.maxRssBytes ?? 0
  const memory = bytes === 0 ? 'not seen' : prettyBytes(bytes)
  return `cpu ${prettyMs(usage.cpuMs)}, memory ${memory}, output ${prettyBytes(usage.outputBytes)}`
}
