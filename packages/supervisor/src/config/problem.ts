import { type JsonObject, RuntimoError } from '@runtimo/capabilities'

/** What is wrong with the configuration, and where. */
export interface Problem {
  readonly file?: string | undefined
  readonly line?: number | undefined
  /** Environment variable. */
  readonly variable?: string | undefined
  readonly key?: string | undefined
  readonly expected: string
  readonly got: string
}

/** `/etc/runtimo.toml:3: wal.keep_days: expected a number from 0, got "x"` */
export function describeProblem({ file, line, variable, key, expected, got }: Problem): string {
  const place = variable ?? (line === undefined ? file : `${file}:${line}`)
  const where = [place, key].filter((part) => part !== undefined)
  return `${where.join(': ')}: expected ${expected}, got ${got}`
}

export function toError(problem: Problem, others: number): RuntimoError {
  const more = others === 0 ? '' : ` (and ${others} more, see \`runtimo config check\`)`
  const details: JsonObject = Object.fromEntries(
    Object.entries(problem).filter(([, value]) => value !== undefined),
  )
  return new RuntimoError('RT_CONFIG_INVALID', `${describeProblem(problem)}${more}`, details)
}

/** A value as an error shows it: short, on one line. */
export function show(value: unknown): string {
  // JSON has no word for what TOML calls inf and nan.
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`
}
