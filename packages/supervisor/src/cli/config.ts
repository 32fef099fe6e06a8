import process from 'node:process'
import type { Origin } from '../config/given.ts'
import { loadConfig } from '../config/load.ts'
import { findMisspelt } from '../config/parse-environment.ts'
import { describeProblem, type Problem } from '../config/problem.ts'
import { settingKeys } from '../config/settings.ts'
import { readSources } from '../config/sources.ts'
import { printJson } from './print-json.ts'
import { escapeLine } from './render/escape.ts'
import { paint } from './render/paint.ts'
import { table } from './render/table.ts'

/** What is in force, and where each value comes from. @throws RT_CONFIG_INVALID */
export async function showConfig({
  origin = false,
  json = false,
}: {
  readonly origin?: boolean
  readonly json?: boolean
}): Promise<void> {
  const { file, values, origins } = await loadConfig()
  if (json) {
    const settings = settingKeys.map((key) => {
      const value = values[key] ?? null
      return [key, origin ? { value, origin: origins[key] } : value]
    })
    printJson({ file: file ?? null, settings: Object.fromEntries(settings) })
    return
  }
  const head = ['KEY', 'VALUE', 'ORIGIN']
  const rows = settingKeys.map((key) => [key, toCell(values[key]), describeOrigin(origins[key])])
  const columns = origin ? 3 : 2
  process.stdout.write(
    table(
      head.slice(0, columns),
      rows.map((row) => row.slice(0, columns)),
    ),
  )
}

/** All that is wrong, with a file that is named or with what would be in force; the exit code is then 2. */
export async function checkConfig(
  named: string | undefined,
  { json = false }: { readonly json?: boolean },
): Promise<void> {
  const { file, problems } = await readSources(named === undefined ? {} : { file: named, env: {} })
  const misspelt = named === undefined ? await findMisspelt(process.env) : []
  const warnings = misspelt.map(({ variable, meant }) => `${variable} means nothing (did you mean ${meant}?)`)
  if (problems.length > 0) process.exitCode = 2
  if (json) {
    const ok = problems.length === 0
    printJson({ ok, file: file ?? null, problems: problems.map(toDocument), warnings })
    return
  }
  const color = paint(process.stdout)
  const lines = [
    ...problems.map((problem) => `${color('red', '✖')} ${escapeLine(describeProblem(problem))}`),
    ...warnings.map((warning) => `${color('yellow', '!')} ${escapeLine(warning)}`),
    ...(problems.length === 0
      ? [`${color('green', '✔')} ${escapeLine(file ?? 'no file, and none needed')}`]
      : []),
  ]
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}

function toCell(value: unknown): string {
  if (value === undefined) return '-'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function toDocument(problem: Problem): object {
  return { ...problem, message: describeProblem(problem) }
}

function describeOrigin({ from, name }: Origin): string {
  return name === undefined ? from : `${from} ${name}`
}
