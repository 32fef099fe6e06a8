import { readdirSync } from 'node:fs'
import process from 'node:process'
import {
  isOver,
  type ProcessIdentity,
  type ProcessStat,
  readEnvironmentMark,
  readStat,
} from '../processes/index.ts'

/** A job without a boundary of the kernel's: its first process, and the variable by which its processes are known. */
export interface Marked {
  readonly root: ProcessIdentity
  readonly mark: { readonly name: string; readonly value: string }
}

/**
 * Every living process of /proc that is the job's by its session, its environment mark, a parent that
 * is the job's, or by being known already. What cleared its environment, left the session and lost its
 * parent before anybody looked is not found this way.
 */
export function sweep(job: Marked, known: readonly ProcessIdentity[]): ProcessStat[] {
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
    .filter((stat) => !isOver(stat))
}

/** A session is named by its leader's pid: if that is another process by now, so is the session. */
function isInSession(stat: ProcessStat, root: ProcessIdentity): boolean {
  if (stat.session !== root.pid || stat.startTime < root.startTime) return false
  const leader = readStat(root.pid)
  return leader === undefined || leader.startTime === root.startTime
}

/** What is older than the job cannot be the job's; its environment is not read. */
function hasMark(stat: ProcessStat, job: Marked): boolean {
  const { name, value } = job.mark
  return stat.startTime >= job.root.startTime && readEnvironmentMark(stat.pid, name) === value
}
