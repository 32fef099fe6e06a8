import process from 'node:process'
import { toWire } from '../../codec/wire.ts'
import { openSupervisor } from '../open-supervisor.ts'
import { printJson } from '../print-json.ts'
import { table } from '../render/table.ts'

interface Options {
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** Ends what dead supervisors left in the log, or says what would be done. */
export async function recover({ dryRun = false, json = false }: Options): Promise<void> {
  await using supervisor = await openSupervisor()
  const { interrupted, running } = dryRun ? await supervisor.planRecovery() : await supervisor.recover()
  if (json) {
    printJson(toWire({ dryRun, interrupted, running }))
    return
  }
  if (interrupted.length === 0) process.stdout.write('nothing to recover\n')
  else {
    const rows = interrupted.map((job) => [
      job.jobId,
      job.capability,
      dryRun ? 'would be ended' : whatWasDone(job),
    ])
    process.stdout.write(table(['JOB', 'CAPABILITY', 'INTERRUPTED'], rows))
  }
  if (running.length > 0) process.stdout.write(`left alone, their owners live: ${running.join(', ')}\n`)
}

function whatWasDone(job: object): string {
  const { killed, files } = toWire(job)
  const processes = Array.isArray(killed) ? killed.length : 0
  return `ended, ${processes} processes killed${files === null ? '' : ', files settled'}`
}
