import process from 'node:process'
import { reportFailure } from './failure.ts'
import { program } from './program.ts'

// Whoever reads our output may stop reading: the job is recorded all the same. A full disk is another matter.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 125
  })
}
try {
  await program().parseAsync(process.argv)
} catch (error) {
  process.exitCode = reportFailure(error, asksForJson(process.argv.slice(2)))
}

/** Also in a bundle such as -qj: parsing may have failed before anybody knew. Of these two, -j names the job. */
function asksForJson([command = '', ...rest]: readonly string[]): boolean {
  if (rest.includes('--json')) return true
  return command !== 'status' && command !== 'undo' && rest.some((argument) => /^-q*j/u.test(argument))
}
