import { readFileSync } from 'node:fs'
import process from 'node:process'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { children, Host, nextStart } from './host.ts'

// Random moments never hit a window of microseconds. Here it is held open: somebody is stopped as soon as he is
// there, or when the job runs, and then somebody is killed.

const isFull = process.env['RUNTIMO_FULL'] === '1'

const people = {
  'the supervisor': (host: Host) => [host.pid],
  'the launcher': (host: Host) => host.launchers.slice(-1),
  'process 1': (host: Host) => host.launchers.slice(-1).flatMap(children),
  "the job's process": (host: Host) => host.launchers.slice(-1).flatMap(children).flatMap(children),
} as const
type Person = keyof typeof people

const names: readonly Person[] = ['the supervisor', 'the launcher', 'process 1', "the job's process"]
const victims: readonly Person[] = ['the supervisor', 'the launcher']
const moments = ['at once', 'later', 'when the job runs'] as const
const all = victims.flatMap((victim) =>
  names
    .filter((name) => name !== victim)
    .flatMap((stopped) => moments.map((moment) => ({ victim, stopped, moment }))),
)
// By default one of each pair.
const cases = isFull ? all : all.filter((_, index) => index % 3 === Math.floor(index / 3) % 3)

test.each(cases)(
  '$stopped stopped $moment, and $victim killed: nobody survives',
  { timeout: 60_000 },
  async ({ victim, stopped, moment }) => {
    const host = await Host.start('sandbox')
    if (moment === 'when the job runs') await host.isUp()
    const pid = await meet(host, stopped)
    if (moment === 'later') await sleep(5)
    signal(pid, 'SIGSTOP')
    await sleep(30)
    const [target = 0] = people[victim](host)
    expect(target).toBeGreaterThan(0)
    signal(target, 'SIGKILL')
    await sleep(100)
    // Who outlives the launcher is the supervisor: it goes on, and then ends by itself, or is killed as well.
    if (victim === 'the launcher') signal(host.pid, 'SIGKILL')
    await host.isGone()
    await nextStart()
  },
)

async function meet(host: Host, person: Person): Promise<number> {
  for (;;) {
    const [pid] = people[person](host)
    if (pid !== undefined) return pid
    if (!isAlive(host.pid)) throw new Error(`${person} never came`)
    await turn()
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/\) Z /u.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** He may have ended meanwhile. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGKILL'): void {
  try {
    process.kill(pid, name)
  } catch {
    // gone
  }
}
