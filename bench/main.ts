import process from 'node:process'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.ts'
import { Report } from './report.ts'

interface Bench {
  /** What it measures is printed and kept by the report. */
  readonly run: (report: Report) => Promise<void>
}

const short: Readonly<Record<string, () => Promise<Bench>>> = {
  launch: () => import('./launch.ts'),
  rate: () => import('./rate.ts'),
  kill: () => import('./kill.ts'),
  attribution: () => import('./attribution.ts'),
  idle: () => import('./idle.ts'),
}
/** Minutes each: only when they are asked for by name. */
const long: Readonly<Record<string, () => Promise<Bench>>> = {
  soak: () => import('./soak.ts'),
  wal: () => import('./wal.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const benches = { ...short, ...long }
const unknown = positionals.find((name) => !Object.hasOwn(benches, name))
if (unknown === undefined) {
  await runAll(positionals.length === 0 ? Object.keys(short) : positionals)
} else {
  process.stderr.write(`no bench ${JSON.stringify(unknown)}: there are ${Object.keys(benches).join(', ')}\n`)
  process.exitCode = 2
}

async function runAll(names: readonly string[]): Promise<void> {
  const report = new Report(await describeMachine(), { isJson: values.json })
  for (const name of names) {
    const bench = await benches[name]?.()
    report.begin(name)
    await bench?.run(report)
  }
  report.end()
}
