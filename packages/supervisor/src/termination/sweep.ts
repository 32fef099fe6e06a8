import { readdirSync } from 'node:fs'
import process from 'node:process'
import { type ProcessIdentity, type ProcessStat, readEnvironmentMark, readStat } from '../processes/index.ts'
import { markName } from '../isolation/environment.ts'
import type { Launched } from '../isolation/launch.ts'

/**
 * Every living process of /proc that is the job's by its session, its environment mark, a parent that
 * is the job's, or by being known already. What cleared its environment, left the session and lost its
 * parent before anybody looked is not found this way.
 */
export function sweep(
  job: Pick<Launched, 'root' | 'mark'>,
  known: readonly ProcessIdentity[],
): ProcessIdentity[] {
  const alive = listAlive()
  const members = new Map<number, ProcessStat>()
  const add = (stat: ProcessStat): void => {
    members.set(stat.pid, stat)
    for (const child of alive.filter(({ ppid }) => ppid === stat.pid)) if (!members.has(child.pid)) add(child)
  }
  const ours = new Map([job.root, ...known].map(({ pid, startTime }) => [pid, startTime]))
  for (const stat of alive) {
    if (members.has(stat.pid) || stat.pid === process.pid) continue
    if (ours.get(stat.pid) === stat.startTime || isInSession(stat, job.root) || hasMark(stat, job)) add(stat)
  }
  return [...members.values()]
}

function listAlive(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat !== undefined)
    .filter((stat) => !'ZXx'.includes(stat.state))
}

/** A session is named by its leader's pid: if that is another process by now, so is the session. */
function isInSession(stat: ProcessStat, root: ProcessIdentity): boolean {
  if (stat.session !== root.pid || stat.startTime < root.startTime) return false
  const leader = readStat(root.pid)
  return leader === undefined || leader.startTime === root.startTime
}

/** What is older than the job cannot be the job's; its environment is not read. */
function hasMark(stat: ProcessStat, job: Pick<Launched, 'root' | 'mark'>): boolean {
  return stat.startTime >= job.root.startTime && readEnvironmentMark(stat.pid, markName) === job.mark
}
