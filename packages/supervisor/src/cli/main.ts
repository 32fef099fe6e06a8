import process from 'node:process'
import { program } from './program.ts'
import { reportFailure } from './failure.ts'

const json = process.argv.includes('--json') || process.argv.includes('-j')
try {
  await program().parseAsync(process.argv)
} catch (error) {
  process.exitCode = reportFailure(error, json)
}
