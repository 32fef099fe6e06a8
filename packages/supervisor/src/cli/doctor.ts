import process from 'node:process'
import { toWire } from '../codec/wire.ts'
import { runDoctor } from '../doctor/doctor.ts'
import { printJson } from './print-json.ts'
import { renderDoctor } from './render/doctor.ts'
import { paint } from './render/paint.ts'

/** Says what this machine can do for jobs; the exit code is 0 when level sandbox can be had with all of it. */
export async function doctor({ json }: { readonly json?: boolean }): Promise<void> {
  const report = await runDoctor()
  if (json === true) printJson(toWire(report))
  else process.stdout.write(renderDoctor(report, paint(process.stdout)))
  process.exitCode = report.ok ? 0 : 1
}
