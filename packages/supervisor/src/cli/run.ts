import process from 'node:process'
import { toWire } from '../codec/wire.ts'
import { type Config, loadConfig } from '../config/load.ts'
import type { JobResult } from '../execution/result.ts'
import type { RunOptions } from '../options/run-options.ts'
import { exitCodeOf } from './exit-code.ts'
import { OutputForwarder } from './forward-output.ts'
import { onInterrupt } from './interrupt.ts'
import { type JobFlags, toJobOptions } from './job-flags.ts'
import { parseNumber } from './numbers.ts'
import { openSupervisor } from './open-supervisor.ts'
import { printJson } from './print-json.ts'
import { Progress } from './progress.ts'
import { type ArgsOptions, readArgs } from './read-args.ts'
import { escapeControls } from './render/escape.ts'
import { paint } from './render/paint.ts'
import { renderResult } from './render/result.ts'

interface Options extends ArgsOptions, JobFlags {
  readonly capability: string
  readonly timeout?: string
  readonly session?: string
  readonly dryRun?: boolean
  readonly wait?: string
  /** True also when nothing was said: there is only --no-pressure-guard. */
  readonly pressureGuard: boolean
  readonly json?: boolean
  readonly quiet?: boolean
  readonly raw?: boolean
}

const day = 86_400

export async function run(options: Options): Promise<void> {
  const args = await readArgs(options)
  const config = await loadConfig()
  const asked = { ...toRunOptions(options, config), sessionId: options.session }
  using interrupted = onInterrupt()
  using progress = new Progress(process.stderr)
  const output = new OutputForwarder(options.raw === true, () => progress.clear())
  await using supervisor = await openSupervisor(options.pressureGuard ? {} : { pressureGuard: false }, config)
  const result = await supervisor.run(options.capability, args, {
    ...asked,
    signal: interrupted.signal,
    onWait: ({ resource, measured, limit }) =>
      progress.show(`waiting: ${resource} at ${measured} %, limit ${limit} %`),
    ...(options.json === true ? {} : { onOutput: output.forward }),
  })
  // The job is over and recorded: from here on a signal ends us as it ends any program.
  interrupted[Symbol.dispose]()
  progress.clear()
  await output.flush()
  if (options.json === true) printJson(toWire(result))
  else if (options.quiet !== true) process.stdout.write(render(result))
  else if (result.error !== undefined) {
    process.stderr.write(`${result.error.code}: ${escapeControls(result.error.message)}\n`)
  }
  process.exitCode = exitCodeOf(result)
}

function toRunOptions(options: Options, { values }: Config): RunOptions {
  const { timeout, wait, dryRun } = options
  const timeoutSecs =
    timeout === undefined
      ? values['jobs.timeout_secs']
      : parseNumber('--timeout', timeout, { min: 0.001, max: day })
  const waitSecs =
    wait === undefined ? values['jobs.wait_secs'] : parseNumber('--wait', wait, { min: 0, max: day })
  return {
    ...toJobOptions(options),
    timeoutMs: timeoutSecs === undefined ? undefined : Math.ceil(timeoutSecs * 1000),
    waitForResourcesMs: Math.ceil(waitSecs * 1000),
    dryRun,
  }
}

/** A function's data, for it prints nothing by itself; then the summary. */
function render(result: JobResult): string {
  const summary = renderResult(result, paint(process.stdout))
  const { data } = result.output
  const isShown = data !== null && result.posture !== undefined && !isCommandData(data)
  return isShown ? `${escapeControls(shorten(JSON.stringify(data, null, 2)))}\n${summary}` : summary
}

function isCommandData(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'exit_code' in data && 'stdout' in data
}

function shorten(text: string): string {
  return text.length <= 4000 ? text : `${text.slice(0, 4000)}\n… ${text.length - 4000} more, see --json`
}
