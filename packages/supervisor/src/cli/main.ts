import process from 'node:process'
import { program } from './program.ts'
import { reportFailure } from './failure.ts'

// Whoever reads our output may stop reading; the job is recorded all the same.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)
const json = process.argv.includes('--json') || process.argv.includes('-j')
try {
  await program().parseAsync(process.argv)
} catch (error) {
  process.exitCode = reportFailure(error, json)
}
