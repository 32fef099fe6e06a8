import process from 'node:process'
import { catalogue } from '@runtimo/capabilities'
import { toWire } from '../codec/wire.ts'
import type { JobResult } from '../execution/result.ts'
import type { RunOptions } from '../options/run-options.ts'
import { Supervisor } from '../supervisor.ts'
import { OutputForwarder } from './forward-output.ts'
import { type JobFlags, toJobOptions } from './job-flags.ts'
import { parseNumber } from './numbers.ts'
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
  readonly pressureGuard: boolean
  readonly json?: boolean
  readonly quiet?: boolean
  readonly raw?: boolean
}

const defaultWaitSecs = 15
const day = 86_400

export async function run(options: Options): Promise<void> {
  const args = await readArgs(options)
  using interrupted = onInterrupt()
  using progress = new Progress(process.stderr)
  const output = new OutputForwarder(options.raw === true, () => progress.clear())
  await using supervisor = new Supervisor({ guards: { pressure: options.pressureGuard } })
  const result = await supervisor.run(options.capability, args, {
    ...toRunOptions(options),
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

function toRunOptions(options: Options): RunOptions {
  const { timeout, wait, session, dryRun } = options
  const timeoutMs =
    timeout === undefined ? undefined : parseNumber('--timeout', timeout, { min: 0.001, max: day }) * 1000
  const waitMs =
    (wait === undefined ? defaultWaitSecs : parseNumber('--wait', wait, { min: 0, max: day })) * 1000
  return {
    ...toJobOptions(options),
    timeoutMs: timeoutMs === undefined ? undefined : Math.ceil(timeoutMs),
    waitForResourcesMs: Math.ceil(waitMs),
    sessionId: session,
    dryRun,
  }
}

/** Ctrl-C, or a request to end, cancels the job; it is recorded before we go. */
function onInterrupt(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  process.on('SIGINT', abort).on('SIGTERM', abort).on('SIGHUP', abort)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', abort).off('SIGTERM', abort).off('SIGHUP', abort),
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

function exitCodeOf({ error }: JobResult): number {
  return error === undefined ? 0 : catalogue[error.code].exitCode
}
