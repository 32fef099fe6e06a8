import process from 'node:process'
import { toWire } from '@runtimo/supervisor'
import { medianOf, type Timing } from './interleave.ts'
import type { Machine } from './machine.ts'
import { whereTold } from './where-told.ts'

/** A number that the design wants, and what was measured of it. */
export interface Promised {
  readonly what: string
  readonly measured: number
  readonly limit: number
  readonly unit: string
  /** More is better, as of jobs a second. */
  readonly atLeast?: boolean
  /** How the paragraph of docs/performance.md begins that tells why it is not met. */
  readonly why?: string
}

interface Table {
  readonly bench: string
  readonly title: string
  readonly base: string
  readonly timings: readonly Timing[]
}

/** What the benches print; with `isJson` one document at the end instead, while the lines go to standard error. */
export class Report {
  readonly #machine: Machine
  readonly #isJson: boolean
  readonly #tables: Table[] = []
  readonly #figures: object[] = []
  readonly #rows: object[] = []
  #bench = ''

  constructor(machine: Machine, { isJson }: { readonly isJson: boolean }) {
    this.#machine = machine
    this.#isJson = isJson
    const { peers, ...rest } = toWire(machine)
    for (const [name, value] of Object.entries({ ...rest, ...Object(peers) }))
      this.print(`${name.padEnd(25)} ${String(value) || 'not there'}`)
    if (machine.code === 'sources')
      this.print(
        'sources: types are stripped at each start. What users run: node bench/main.ts, after a build',
      )
  }

  /** What follows belongs to this bench. */
  begin(bench: string): void {
    this.#bench = bench
  }

  timings(title: string, timings: readonly Timing[], base: string): void {
    this.#tables.push({ bench: this.#bench, title, base, timings })
    const reference = medianOf(timings, base)
    const width = Math.max(...timings.map(({ name }) => name.length))
    this.print(`\n${title} (ratios to ${base})`)
    for (const { name, median, p95, rounds } of timings) {
      const ratio = (median / reference).toFixed(2)
      this.print(
        `  ${name.padEnd(width)}  median ${fixed(median)} ms  p95 ${fixed(p95)} ms  ${ratio.padStart(6)}×  (${rounds})`,
      )
    }
  }

  /** What is told beside the rows: nothing is wanted of it. */
  figure(what: string, value: number, unit: string): void {
    this.#figures.push({ bench: this.#bench, what, value, unit })
    this.print(`  ${what}: ${fixed(value).trim()} ${unit}`)
  }

  promises(promises: readonly Promised[]): void {
    this.print('\nNumbers of the design, as in SPECIFICATION.md')
    for (const { what, measured, limit, unit, atLeast = false, why } of promises) {
      const isMet = atLeast ? measured >= limit : measured <= limit
      const wanted = `${atLeast ? '≥' : '≤'} ${limit}`
      this.print(`  ${isMet ? 'met    ' : 'NOT MET'}  ${what}: ${fixed(measured)} ${unit}, wanted ${wanted}`)
      const told = isMet ? undefined : whereTold(why)
      if (!isMet) this.print(`           why: ${told ?? 'docs/performance.md does not tell yet'}`)
      this.#rows.push({ bench: this.#bench, what, measured, unit, limit, atLeast, isMet, why: told })
    }
  }

  print(line: string): void {
    const stream = this.#isJson ? process.stderr : process.stdout
    stream.write(`${line}\n`)
  }

  end(): void {
    if (!this.#isJson) return
    const whole = toWire({
      machine: this.#machine,
      rows: this.#rows,
      timings: this.#tables,
      figures: this.#figures,
    })
    process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`)
  }
}

function fixed(value: number): string {
  return value.toFixed(2).padStart(8)
}
