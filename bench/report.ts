import process from 'node:process'
import { medianOf, type Timing } from './interleave.ts'

/** A number that SPECIFICATION.md wants, and what was measured of it. */
export interface Promised {
  readonly what: string
  readonly measured: number
  readonly limit: number
  readonly unit: string
  /** More is better, as of jobs a second. */
  readonly atLeast?: boolean
}

export function printTimings(title: string, timings: readonly Timing[], base: string): void {
  const reference = medianOf(timings, base)
  const width = Math.max(...timings.map(({ name }) => name.length))
  print(`\n${title} (ratios to ${base})`)
  for (const { name, median, p95, rounds } of timings) {
    const ratio = (median / reference).toFixed(2)
    print(
      `  ${name.padEnd(width)}  median ${fixed(median)} ms  p95 ${fixed(p95)} ms  ${ratio.padStart(6)}×  (${rounds})`,
    )
  }
}

export function printPromises(promises: readonly Promised[]): void {
  print('\nSPECIFICATION.md, numbers of `pnpm bench`')
  for (const { what, measured, limit, unit, atLeast = false } of promises) {
    const holds = atLeast ? measured >= limit : measured <= limit
    const sign = atLeast ? '≥' : '≤'
    print(
      `  ${holds ? 'met    ' : 'NOT MET'}  ${what}: ${fixed(measured)} ${unit}, wanted ${sign} ${limit} ${unit}`,
    )
  }
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fixed(value: number): string {
  return value.toFixed(2).padStart(8)
}
