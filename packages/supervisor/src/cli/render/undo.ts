import { isJsonObject, type Json, type JsonObject } from '@runtimo/capabilities'
import { escapeControls } from './escape.ts'
import type { paint } from './paint.ts'
import { table } from './table.ts'

type Paint = ReturnType<typeof paint>

/** A unified diff in colours. Escaped first: what is in files must not steer the terminal. */
export function renderDiff(diff: string, color: Paint): string {
  return escapeControls(diff)
    .split('\n')
    .map((line) => paintLine(line, color))
    .join('\n')
}

function paintLine(line: string, color: Paint): string {
  if (/^(?:---|\+\+\+|===) ?/u.test(line)) return color('bold', line)
  if (line.startsWith('@@')) return color('dim', line)
  if (line.startsWith('+')) return color('green', line)
  return line.startsWith('-') ? color('red', line) : line
}

/** Which paths of which jobs were put back, and those that were left; empty when there are none. */
export function renderRestored(data: JsonObject): string {
  const undone = objects(data['undone']).flatMap((job) =>
    objects(job['paths']).map((one) => [text(job, 'job_id'), text(one, 'restored'), text(one, 'path')]),
  )
  const left = objects(data['left']).map((one) => ['-', `left: ${text(one, 'reason')}`, text(one, 'path')])
  const rows = [...undone, ...left]
  return rows.length === 0 ? '' : table(['JOB', 'RESTORED', 'PATH'], rows)
}

/** The files that are not what the job left; empty when the error names none. */
export function renderConflicts(conflicts: Json | undefined): string {
  const rows = objects(conflicts).map((one) => [
    text(one, 'expected'),
    text(one, 'found'),
    one['can_force'] === false ? 'no' : 'yes',
    text(one, 'path'),
  ])
  return rows.length === 0 ? '' : table(['EXPECTED', 'FOUND', 'CAN BE FORCED', 'CONFLICT'], rows)
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function text(object: JsonObject, member: string): string {
  const value = object[member]
  return typeof value === 'string' ? value : '-'
}
