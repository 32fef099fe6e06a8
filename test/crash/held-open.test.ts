import process from 'node:process'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isOver, readChildren } from '../support/processes.ts'
import { Host, nextStart } from './host.ts'

// Random moments never hit a window of microseconds. Here it is held open: somebody is stopped as soon as he is
// there, or when the job runs, and then somebody is killed.

const isFull = process.env['RUNTIMO_FULL'] === '1'

const people = {
  // Of a supervisor only the time after it has started a launcher is of interest.
  'the supervisor': (host: Host) => (host.launchers.length > 0 ? [host.pid] : []),
  'the launcher': (host: Host) => host.launchers.slice(-1),
  'process 1': (host: Host) => host.launchers.slice(-1).flatMap((pid) => readChildren(pid)),
  "the job's process": (host: Host) =>
    host.launchers
      .slice(-1)
      .flatMap((pid) => readChildren(pid))
      .flatMap((pid) => readChildren(pid)),
} as const
type Person = keyof typeof people

const names: readonly Person[] = ['the supervisor', 'the launcher', 'process 1', "the job's process"]
const moments = ['at once', 'later', 'when the job runs'] as const
type Moment = (typeof moments)[number]

/** Of those whom it would not wait for, the next at each moment; all of them when there is time: 27. */
function casesOf(victim: Person): { stopped: Person; moment: Moment }[] {
  const others = names.filter((name) => name !== victim)
  const every = others.flatMap((stopped) => moments.map((moment) => ({ stopped, moment })))
  return isFull ? every : every.filter((_, index) => index % 4 === 0)
}

test.each(['the supervisor', 'the launcher', 'process 1'] as const)(
  'when %s is killed nobody survives, whoever was stopped before',
  { timeout: 60_000 },
  async (victim) => {
    const left = await Promise.all(casesOf(victim).map((one) => survivors(victim, one.stopped, one.moment)))
    expect(left.flat()).toEqual([])
    await nextStart()
  },
)

/** Who is left, with the name of the case. */
async function survivors(victim: Person, stopped: Person, moment: Moment): Promise<string[]> {
  const host = await Host.start('sandbox')
  if (moment === 'when the job runs') await host.isUp()
  const held = await meet(host, stopped)
  if (moment === 'later') await sleep(5)
  signal(held, 'SIGSTOP')
  await sleep(30)
  const [target] = people[victim](host)
  // Where nobody has come so far, who is stopped is killed: the window is the same.
  signal(target ?? held, 'SIGKILL')
  if (victim !== 'the supervisor') {
    await sleep(50)
    // A supervisor that lost its job goes on; this one has nobody to go on for.
    signal(host.pid, 'SIGKILL')
  }
  await sleep(20)
  signal(held, 'SIGCONT') // the window closes
  return await host.isGone().then(
    () => [],
    () => host.survivors.map((pid) => `${pid}: ${stopped} stopped ${moment}, ${victim} killed`),
  )
}

async function meet(host: Host, person: Person): Promise<number> {
  for (;;) {
    const [pid] = people[person](host)
    if (pid !== undefined) return pid
    if (isOver(host.pid)) throw new Error(`${person} never came`)
    await turn()
  }
}

/** He may have ended meanwhile. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  try {
    process.kill(pid, name)
  } catch {
    // gone
  }
}
