import process from 'node:process'
import { toWire } from '../codec/wire.ts'
import type { Explanation } from '../execution/explain.ts'
import { type JobFlags, toJobOptions } from './job-flags.ts'
import { openSupervisor } from './open-supervisor.ts'
import { printJson } from './print-json.ts'
import { type ArgsOptions, readArgs } from './read-args.ts'
import { escapeControls } from './render/escape.ts'

interface Options extends ArgsOptions, JobFlags {
  readonly capability: string
  readonly tape?: boolean
  readonly json?: boolean
}

/** Says what would hold a job, and starts nothing. */
export async function explain(options: Options): Promise<void> {
  const args = await readArgs(options)
  await using supervisor = await openSupervisor({ attribution: 'sampled' })
  const explanation = await supervisor.explain(options.capability, args, toJobOptions(options))
  const { tape, ...rest } = explanation
  if (options.json === true) printJson(toWire(options.tape === true ? explanation : rest))
  else
    process.stdout.write(
      escapeControls(options.tape === true ? `${tape.base}\n${tape.job}` : render(explanation)),
    )
}

function render({
  capability,
  kind,
  posture,
  limits,
  argv,
  cwd,
  environment,
  mounts,
  hidden,
  frozen,
}: Explanation): string {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [`${capability} (${kind})`, []],
    ['posture', [facts(posture)]],
    ['limits', [facts(limits)]],
    ['program', [JSON.stringify(argv), `in ${cwd}`]],
    ['environment', [environment.join(' ')]],
    ['sees', mounts.map(({ path, access }) => `${access === 'write' ? 'rw' : 'ro'} ${path}`)],
    ['hidden', hidden],
    ['frozen', frozen],
  ]
  return rows
    .filter(([, lines], index) => index === 0 || lines.length > 0)
    .map(([title, lines]) => [title, ...lines.map((line) => `  ${line}`)].join('\n'))
    .join('\n')
    .concat('\n')
}

function facts(object: object): string {
  return Object.entries(object)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')
}
