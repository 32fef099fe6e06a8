import process from 'node:process'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { execa } from 'execa'
import treeKill from 'tree-kill'
import { Daemons } from './daemons.ts'
import { type Contender, interleave, medianOf } from './interleave.ts'
import { Place } from './place.ts'
import type { Report } from './report.ts'

const rounds = Number(process.env['ROUNDS'] ?? 9)
const few = 30
const many = 1000
const ours = 'runtimo: all are gone, and it is in the log'
const treeKills = 'tree-kill: it says that it is done'
const execaKills = 'execa alone: its promise has settled'

/** From the order to kill until the last process of a job is gone, and what others leave alive. */
export async function run(report: Report): Promise<void> {
  await using place = new Place()
  const left: (readonly [string, number])[] = []
  const peer = (name: string, kill: (daemons: Daemons) => Promise<number>): Contender => ({
    name,
    run: async () => {
      const daemons = new Daemons(few)
      const time = await kill(daemons)
      left.push([name, await daemons.endSurvivors()])
      return time
    },
  })
  const timings = await interleave(
    [{ name: ours, run: () => killJob(place, few) }, peer(treeKills, killTree), peer(execaKills, killChild)],
    rounds,
    1,
  )
  const crowd = await interleave([{ name: ours, run: () => killJob(place, many) }], Math.min(rounds, 3), 0)
  report.timings(`Kill of ${few} setsid daemons, from the order on`, timings, ours)
  report.timings(`Kill of ${many} setsid daemons, from the order on`, crowd, ours)
  for (const name of [treeKills, execaKills]) {
    const counts = left.filter(([of]) => of === name).map(([, count]) => count)
    report.figure(`${name.split(':')[0]} leaves alive at least, of ${few}`, Math.min(...counts), 'processes')
  }
  using delay = loopDelay()
  await killJob(place, many)
  report.promises([
    {
      what: `order to last process gone, ${few} daemons`,
      measured: medianOf(timings, ours),
      limit: 50,
      unit: 'ms',
    },
    {
      what: `order to last process gone, ${many} daemons`,
      measured: medianOf(crowd, ours),
      limit: 500,
      unit: 'ms',
    },
    {
      what: `event loop delay p99 while ${many} processes start, run and end`,
      measured: delay.p99(),
      limit: 20,
      unit: 'ms',
    },
  ])
}

/** The result comes only when nobody is left: it is looked for, all the same. */
async function killJob({ supervisor, folder }: Place, count: number): Promise<number> {
  const daemons = new Daemons(count)
  const controller = new AbortController()
  let orderedAt = 0
  const result = await supervisor.run(
    'ShellExec',
    { cmd: daemons.script },
    {
      workingDir: folder,
      signal: controller.signal,
      timeoutMs: 120_000,
      limits: { processes: 4096 },
      onOutput: () => {
        orderedAt = performance.now()
        controller.abort()
      },
    },
  )
  const goneAt = performance.now()
  const survivors = await daemons.endSurvivors()
  if (result.outcome !== 'cancelled' || survivors > 0) throw new Error(`${result.outcome}, ${survivors} left`)
  return goneAt - orderedAt
}

async function killTree(daemons: Daemons): Promise<number> {
  const child = await daemons.start()
  const orderedAt = performance.now()
  await new Promise((resolve) => treeKill(child.pid ?? 0, 'SIGKILL', resolve))
  return performance.now() - orderedAt
}

async function killChild(daemons: Daemons): Promise<number> {
  const child = execa('/bin/sh', ['-c', daemons.script], { stdin: 'ignore', reject: false })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const orderedAt = performance.now()
  child.kill('SIGKILL')
  await child
  return performance.now() - orderedAt
}

function loopDelay(): Disposable & { readonly p99: () => number } {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  return { p99: () => histogram.percentile(99) / 1e6, [Symbol.dispose]: () => void histogram.disable() }
}
