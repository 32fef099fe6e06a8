import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunOptions, Supervisor } from '@runtimo/supervisor'
import { echoModule, finished, inBwrap, nodeEcho } from './commands.ts'
import { median } from './interleave.ts'
import { Place } from './place.ts'
import type { Report } from './report.ts'
import { settle } from './settle.ts'

const rounds = Math.min(Number(process.env['ROUNDS'] ?? 3), 9)
const builtInCallers = 16
/** Starting Node is work for a processor: more at once would only wait. */
const moduleCallers = 2 * availableParallelism()
/** What was made ahead is used up by then. */
const warmUpMs = 1000
const countedMs = 2000

/** How many jobs a second, when each caller calls again as soon as it has its answer. */
export async function run(report: Report): Promise<void> {
  await using place = new Place()
  const { supervisor, folder } = place
  writeFileSync(join(folder, 'small'), 'x')
  const bwrapNode = inBwrap(nodeEcho)
  const builtIn: number[] = []
  const foreign: number[] = []
  const bwrap: number[] = []
  for (let round = 0; round < rounds; round++) {
    const read = jobOf(supervisor, 'FileRead', { path: 'small' }, { workingDir: folder })
    builtIn.push(await perSecond(builtInCallers, read))
    const echo = jobOf(supervisor, 'Echo', {}, { workingDir: folder, from: echoModule })
    foreign.push(await perSecond(moduleCallers, echo))
    if (bwrapNode !== undefined) bwrap.push(await perSecond(moduleCallers, () => finished(bwrapNode)))
  }
  report.print(`\nRate: median of ${rounds} times ${countedMs / 1000} s, taken in turns`)
  report.figure(`FileRead, reused workers, ${builtInCallers} callers`, median(builtIn), 'jobs/s')
  report.figure(`foreign module, single use, ${moduleCallers} callers`, median(foreign), 'jobs/s')
  if (bwrapNode === undefined) report.print('  (bwrap is not installed: its row is left out)')
  else report.figure(`bwrap node of the same file, ${moduleCallers} callers`, median(bwrap), 'starts/s')
  report.promises([
    {
      what: `built-in, reused worker, ${builtInCallers} callers`,
      measured: median(builtIn),
      limit: 500,
      unit: 'jobs/s',
      atLeast: true,
      why: 'Many small jobs on built-in workers',
    },
    ...(bwrapNode === undefined
      ? []
      : [
          {
            what: 'foreign modules, sustained, against bare bwrap node',
            measured: median(foreign) / median(bwrap),
            limit: 0.9,
            unit: '×',
            atLeast: true,
            why: 'A foreign module',
          },
        ]),
  ])
}

function jobOf(supervisor: Supervisor, name: string, args: object, options: RunOptions): () => Promise<void> {
  return async () => {
    const result = await supervisor.run(name, args, options)
    if (!result.success) throw new Error(`${name}: ${JSON.stringify(result.error)}`)
  }
}

async function perSecond(callers: number, once: () => Promise<void>): Promise<number> {
  await settle()
  let count = 0
  const over = new AbortController()
  const call = async (): Promise<void> => {
    for (; !over.signal.aborted; count++) await once()
  }
  const called = Promise.all(Array.from({ length: callers }, call))
  await Promise.race([called, sleep(warmUpMs)]) // a job that fails ends it at once
  const before = { count, at: performance.now() }
  await Promise.race([called, sleep(countedMs)])
  const rate = (count - before.count) / ((performance.now() - before.at) / 1000)
  over.abort()
  await called
  return rate
}
