import process from 'node:process'
import { RuntimoError } from '@runtimo/capabilities'
import { CommanderError } from 'commander'
import { toWire } from '../codec/wire.ts'
import { printJson } from './print-json.ts'
import { escapeControls } from './render/escape.ts'
import { paint } from './render/paint.ts'

/** Says why nothing was run, and returns the exit code. With --json standard output is one document even now. */
export function reportFailure(error: unknown, json: boolean): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0 // help was printed
  const failure = toRuntimoError(error)
  const report = failure.toReport()
  if (json)
    printJson(
      toWire({ ...(failure.exitCode === 3 ? { outcome: 'rejected' } : {}), success: false, error: report }),
    )
  else {
    const color = paint(process.stderr)
    process.stderr.write(`${color('red', report.code)}: ${escapeControls(report.message)}\n`)
    process.stderr.write(`  ${color('dim', 'cause')}  ${report.cause}\n`)
    process.stderr.write(`  ${color('dim', 'remedy')} ${report.remedy}\n`)
  }
  return failure.exitCode
}

function toRuntimoError(error: unknown): RuntimoError {
  if (error instanceof RuntimoError) return error
  if (error instanceof CommanderError) return new RuntimoError('RT_USAGE', usageMessage(error))
  return new RuntimoError(
    'RT_INTERNAL',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  )
}

function usageMessage({ code, message }: CommanderError): string {
  return code === 'commander.help' ? 'expected a command, got none' : message.replace(/^error: /u, '')
}
